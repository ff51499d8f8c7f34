# Build with: npm ci && npm run build && docker build -t <tag> .
# Nothing is fetched but the base, and any builder will do: BuildKit, the older one, podman.
# Fn runs the image as uid 1000, with a read-only file system of which only /tmp can be written.
ARG NODE_VERSION=24

# func.cjs.*cache are what V8 compiled for a request: with them the function starts in half the time. They are
# good for the very Node that wrote them, with a heap of the same size: else V8 would take more than the
# smallest function has.
FROM fnproject/node:${NODE_VERSION} AS cache
WORKDIR /build
ENV NODE_OPTIONS=--max-old-space-size=56
COPY dist/func.cjs dist/func.cjs.LEGAL.txt dist/write-code-cache.cjs ./
RUN node write-code-cache.cjs func.cjs && rm write-code-cache.cjs && chmod 644 *

FROM fnproject/node:${NODE_VERSION}
WORKDIR /function
COPY --from=cache /build/ ./
ENV NODE_OPTIONS=--max-old-space-size=56
USER 1000:1000
ENTRYPOINT ["node", "func.cjs"]
