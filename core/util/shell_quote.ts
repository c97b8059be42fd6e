/** Paths in commands that a message proposes. */

/**
 * A text as one word of a POSIX shell. Control characters, which could change what a terminal
 * shows, are written as `$'\x1b'`, which bash, zsh and ksh know.
 *
 * @example
 * ```ts no-eval
 * shellWord("/srv/www"); // /srv/www
 * shellWord("/srv/my www"); // '/srv/my www'
 * ```
 */
export function shellWord(text: string): string {
  if (/^[\w%+,./:@-]+$/.test(text)) return text;
  if (!/[\0-\x1f\x7f]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = text.replace(/[\\']/g, "\\$&").replace(/[\0-\x1f\x7f]/g, (control) => {
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `$'${escaped}'`;
}
