/** Numbers as people read them. */
import { BinimportError } from "./errors.ts";

const DISPLAY_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** A length in bytes, in powers of 1000, three digits at the most before the point. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < DISPLAY_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${DISPLAY_UNITS[unit]}`;
}

/** A time in seconds: `0.4 s`, `12 s`, `3:05`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = two(whole % 60);
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${two(minutes)}:${tail}`;
}

/** `1 file`, `5,008 files`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A whole number: `27`, `5,008`. */
export function formatNumber(count: number): string {
  // Not toLocaleString(): it takes 15 ms to load what it knows of languages.
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A file's permissions as chmod(1) takes them: `0644`. */
export function formatMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

/**
 * The bytes that a size stands for: `KiB` to `TiB` in 1024s, `KB` to `TB` in 1000s, in any case, or
 * bytes without a unit; a part of a byte is dropped. Throws code `usage` for anything else.
 */
export function parseSize(text: string): number {
  const form = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b|b)?$/i;
  const [, number, prefix = "b", binary] = form.exec(text.trim()) ?? [];
  const power = "bkmgt".indexOf(prefix.toLowerCase());
  const bytes = Math.floor(Number(number) * (binary ? 1024 : 1000) ** power);
  if (Number.isSafeInteger(bytes)) return bytes;
  const hint = 'Write a number and KiB, MiB or GiB, such as "16MiB".';
  throw new BinimportError("usage", `Cannot read "${text}" as a size`, { hint });
}

/** The bytes in a second of a rate: a size, with `/s` or not. Throws code `usage`, also below 1 KiB. */
export function parseRate(text: string): number {
  const rate = parseSize(text.replace(/\/s(ec)?$/i, ""));
  if (rate >= 1024) return rate; // less would take days for any package
  throw new BinimportError("usage", `Cannot use "${text}" as a rate: it is less than 1KiB/s`, {
    hint: "Write how much may pass in a second, such as 10MiB.",
  });
}

/** The milliseconds of `500ms`, `30s`, `5m`, `1h30m` or a plain `0`; throws code `usage` for others. */
export function parseDuration(text: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/.exec(text);
  if (text === "0") return 0;
  if (text === "" || match === null) {
    const hint = "Write numbers with units, such as 500ms, 30s, 5m or 1h30m.";
    throw new BinimportError("usage", `Cannot read the duration "${text}": no such form`, { hint });
  }
  const [, h = "0", m = "0", s = "0", ms = "0"] = match;
  return Number(h) * 3_600_000 + Number(m) * 60_000 + Number(s) * 1000 + Number(ms);
}
