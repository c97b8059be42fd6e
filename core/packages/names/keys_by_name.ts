/** Which name in an archive became which key. */

/**
 * Keys by names. Most names are their key behind the same folders; of those the key alone is kept,
 * which the importer keeps as well: there may be a million.
 */
export interface KeysByName {
  /** The key of a file; undefined where it is not imported, and for what is no file. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  /** Notes a file; of two with one name the later one counts. */
  set(name: string, key: string | undefined): void;
  delete(name: string): void;
  /** The name that became this key. */
  nameOf(key: string): string | undefined;
  /** The names of all files. */
  names(): Iterable<string>;
  readonly size: number;
}

/** A table that knows no name. */
export function keysByName(): KeysByName {
  let folders: string | undefined; // before the first key
  const plain = new Set<string>();
  const others = new Map<string, string | undefined>();
  const names = new Map<string, string>(); // of the others, by key

  const plainKey = (name: string) =>
    folders !== undefined && name.startsWith(folders) ? name.slice(folders.length) : "";

  function remove(name: string): void {
    const key = others.get(name);
    if (key !== undefined) names.delete(key);
    others.delete(name);
    plain.delete(plainKey(name));
  }

  return {
    get: (name) => plain.has(plainKey(name)) ? plainKey(name) : others.get(name),
    has: (name) => plain.has(plainKey(name)) || others.has(name),
    set(name, key) {
      remove(name);
      if (key !== undefined && name.endsWith(key)) {
        folders ??= name.slice(0, name.length - key.length);
        if (plainKey(name) === key) return void plain.add(key);
      }
      others.set(name, key);
      if (key !== undefined) names.set(key, name);
    },
    delete: remove,
    nameOf: (key) => plain.has(key) ? folders + key : names.get(key),
    *names() {
      for (const key of plain) yield folders + key;
      yield* others.keys();
    },
    get size() {
      return plain.size + others.size;
    },
  };
}
