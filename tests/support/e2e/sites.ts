/** Sites of other web servers: those of docs/other-servers.md, and what can be wrong with them. */
import { apache, caddy, type HttpServerKind, lighttpd } from "../http_servers.ts";

/** A server, and how its sites are written. */
export interface SiteStyle {
  readonly kind: HttpServerKind;
  /** The language of its example in the documentation. */
  readonly language: string;
  /** The line that further directives are written before. */
  readonly end: string;
  /** Serves the folder `ALIAS` below `/kubean/`. */
  readonly alias: string;
  /** Answers everything that there is not with `index.html`. */
  readonly fallback: string;
  /** Wants a password from everybody; `FILE` holds `user:secret`. */
  readonly password: string;
  /** Refuses names with a leading dot, and but for lighttpd compresses what clients want so. */
  readonly harmless: string;
  /** A site before ours, which answers to every name but `files.example`; `OTHER` is its folder. */
  readonly otherHost: (site: string) => string;
}

/** Apache httpd. */
export const apacheSites: SiteStyle = {
  kind: apache,
  language: "apache",
  end: "</VirtualHost>",
  alias: `Alias /kubean/ ALIAS/\n<Directory ALIAS>\nRequire all granted\n</Directory>`,
  fallback: "FallbackResource /index.html",
  password:
    `<Location "/">\nAuthType Basic\nAuthName files\nAuthUserFile FILE\nRequire valid-user\n</Location>`,
  harmless: `SetOutputFilter DEFLATE\n<LocationMatch "/\\.">\nRequire all denied\n</LocationMatch>`,
  otherHost: (site) =>
    site.replace(
      "<VirtualHost 10.0.1.1:8080>",
      `<VirtualHost 10.0.1.1:8080>
        DocumentRoot OTHER\n<Directory OTHER>\nRequire all granted\n</Directory>
        </VirtualHost>
        <VirtualHost 10.0.1.1:8080>\nServerName files.example`,
    ),
};

/** lighttpd. */
export const lighttpdSites: SiteStyle = {
  kind: lighttpd,
  language: "lighttpd",
  end: "}",
  alias: `alias.url = ( "/kubean/" => "ALIAS/" )`,
  fallback: `server.error-handler-404 = "/index.html"`,
  password: `auth.backend = "plain"\nauth.backend.plain.userfile = "FILE"
      auth.require = ( "/" => ( "method" => "basic", "realm" => "files", "require" => "valid-user" ) )`,
  harmless: `$HTTP["url"] =~ "/\\." { url.access-deny = ( "" ) }`,
  otherHost: (site) =>
    site.replace(
      /server\.document-root.*/,
      (line) => `server.document-root = "OTHER"\n$HTTP["host"] == "files.example" {\n${line}\n}`,
    ),
};

/** Caddy. */
export const caddySites: SiteStyle = {
  kind: caddy,
  language: "caddyfile",
  end: "}",
  alias: "handle_path /kubean/* {\nroot * ALIAS\nfile_server\n}",
  fallback: "try_files {path} /index.html",
  // Of "secret", by `caddy hash-password`.
  password: "basicauth {\nuser $2a$14$XjlbCosGb9nizMeRIfpkpuH.d9rhz2RPmn27/XOKuFDbnX6ZF5Wom\n}",
  harmless: `encode gzip {\nminimum_length 1\nmatch {\nheader Content-Type *\n}\n}
      @dot path_regexp /\\.\nrespond @dot 403`,
  otherHost: (site) => site.replace("http://:8080", "http://files.example:8080"),
};

/** The three that the documentation has. */
export const siteStyles: readonly SiteStyle[] = [apacheSites, lighttpdSites, caddySites];

/** The documented site of a server, over another folder, and with more directives in it. */
export function siteOf({ language, end }: SiteStyle, folder: string, directives = ""): string {
  const text = Deno.readTextFileSync(new URL("../../../docs/other-servers.md", import.meta.url));
  const [, example] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(text) ?? [];
  if (example === undefined) throw new Error(`docs/other-servers.md has no example in ${language}`);
  const at = example.lastIndexOf(end);
  const whole = `${example.slice(0, at)}${directives}\n${example.slice(at)}`;
  return whole.replaceAll("/srv/www", folder);
}
