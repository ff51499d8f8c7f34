# syntax=docker/dockerfile:1
# Fn runs the image as uid 1000, with a read-only file system of which only /tmp can be written.
ARG NODE_VERSION=24

FROM fnproject/node:${NODE_VERSION}-dev AS build
WORKDIR /function
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY build.mjs ./
COPY src ./src
RUN node build.mjs

FROM fnproject/node:${NODE_VERSION}
WORKDIR /function
COPY --from=build --chmod=644 /function/dist/func.cjs /function/dist/func.cjs.LEGAL.txt ./
USER 1000:1000
ENTRYPOINT ["node", "func.cjs"]
