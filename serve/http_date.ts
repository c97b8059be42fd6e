/** Dates in HTTP (RFC 9110, 5.6.7): three forms, all in GMT; anything else is none. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(?<month>${MONTHS.join("|")})`;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;

const FORMS = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  String.raw`(?:${DAYS.join("|")}), (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT`,
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  String
    .raw`(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT`,
  // asctime(3): Sun Nov  6 08:49:37 1994
  String.raw`(?:${DAYS.join("|")}) ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** Years of two digits that seem more than this ahead are of the last century (same section). */
const MOST_AHEAD = 50;

/** The time that a header's value tells; undefined for one that is no date in HTTP. */
export function httpDate(text: string | null, now = new Date()): Date | undefined {
  const found = FORMS.map((form) => form.exec(text?.trim() ?? "")?.groups)
    .find((groups) => groups !== undefined);
  if (found === undefined) return undefined;
  const { day, month = "", year = "", hour, minute, second } = found;
  const [d, h, m, s] = [day, hour, minute, second].map(Number) as [number, number, number, number];
  const thisYear = now.getUTCFullYear();
  let fullYear = year.length === 4 ? Number(year) : thisYear - (thisYear % 100) + Number(year);
  if (year.length === 2 && fullYear > thisYear + MOST_AHEAD) fullYear -= 100;
  const date = new Date(0);
  date.setUTCFullYear(fullYear, MONTHS.indexOf(month), d);
  const isDay = date.getUTCDate() === d; // the 31st of June would be the 1st of July
  // A leap second (60) counts as the first one of the next minute.
  if (!isDay || h > 23 || m > 59 || s > 60) return undefined;
  date.setUTCHours(h, m, s);
  return date;
}
