/** Values with variables, such as `/srv/$host/files`. */

/** Gives a variable's value; undefined when it cannot be told. */
export type Lookup = (variable: string) => string | undefined;

/** A value, or the name of a variable that cannot be told. */
export type Evaluated = { readonly value: string } | { readonly unknown: string };

const VARIABLE = /\$(?:([1-9])|\{(\w+)\}|(\w+))/g;

/** Puts in the values of variables: `$1` to `$9`, `$name` and `${name}`. */
export function evaluate(text: string, lookup: Lookup): Evaluated {
  let unknown: string | undefined;
  const value = text.replace(VARIABLE, (whole, digit, braced, plain) => {
    const found = lookup(String(digit ?? braced ?? plain));
    if (found === undefined) unknown ??= whole;
    return found ?? "";
  });
  return unknown === undefined ? { value } : { unknown };
}
