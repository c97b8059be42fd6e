/** Names in the XML that S3 answers with. */
import { elementText } from "../../core/util/xml.ts";

/**
 * How the names in a listing are to be read: servers that heed `encoding-type=url` say so in it.
 * A space comes as `+` from most of them, a plus sign as `%2B`.
 */
export function nameDecoder(listing: string): (name: string) => string {
  if (elementText(listing, "EncodingType") !== "url") return (name) => name;
  return (name) => {
    try {
      return decodeURIComponent(name.replaceAll("+", " "));
    } catch {
      return name; // it is not encoded, whatever the server says
    }
  };
}
