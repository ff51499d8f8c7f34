import * as v from "valibot";

/** The same entries; a description changes nothing about what they accept. */
export function described<E extends v.ObjectEntries>(
  all: E,
  texts: Readonly<Record<keyof E, string>>,
): E {
  const withTexts = Object.entries(all).map(([key, schema]) => [
    key,
    withText(schema as v.GenericSchema, texts[key] ?? ""),
  ]);
  return Object.fromEntries(withTexts) as E;
}

/** In front of the pipe's actions: what follows a transformation is not part of the input's schema. */
function withText(schema: v.GenericSchema, text: string): v.GenericSchema {
  const pipe: unknown = Reflect.get(schema, "pipe");
  if (!Array.isArray(pipe)) return v.pipe(schema, v.description(text));
  const [first, ...actions] = pipe;
  return Reflect.apply(v.pipe, undefined, [first, v.description(text), ...actions]);
}
