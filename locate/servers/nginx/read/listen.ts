/** What nginx refuses in a `listen`: `ngx_parse_url`, the options, and servers that share a socket. */
import { parseAddress } from "../../../../core/util/address.ts";
import { toText } from "../../../bytes.ts";
import { listensOn } from "../listen.ts";
import type { Block, Found } from "./block.ts";

const OPTION =
  /^(?:default(?:_server)?|bind|reuseport|multipath|deferred|ssl|http2|spdy|quic|proxy_protocol|(?:setfib|fastopen)=\d+|backlog=[1-9]\d*|(?:rcv|snd)buf=\d+[kKmM]?|accept_filter=.*|ipv6only=(?:on|off)|so_keepalive=.+)$/;

/** Options that belong to the socket: only one `listen` for it may give any. */
const OF_SOCKET =
  /^(?:bind|reuseport|multipath|deferred|(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=.*)$/;

/** Why nginx refuses a `listen`. */
export function listenMistake({ directive, block }: Found): string | undefined {
  const { args: [where = "", ...options] } = directive;
  const state = addressMistake(where);
  if (state !== undefined) return `${state} in "${toText(where)}" of the "listen" directive`;
  const odd = options.find((one) => !OPTION.test(one));
  if (odd !== undefined) return `invalid parameter "${toText(odd)}"`;
  const hasOptions = options.some((one) => OF_SOCKET.test(one));
  for (const { address, port, lastPort, defaultServer } of listensOn(directive)) {
    for (let at = port; at <= lastPort; at++) {
      const mistake = sharedMistake(`${address}:${at}`, defaultServer, hasOptions, block);
      if (mistake !== undefined) return mistake;
    }
  }
  return undefined;
}

function addressMistake(where: string): string | undefined {
  if (where.startsWith("unix:")) {
    return where === "unix:" ? "no path in the unix domain socket" : undefined;
  }
  const [, host, port, last] =
    /^(?:(\[[^\]]*\]|[^:]*)(?::|$))?(?:(\d+)(?:-(\d+))?)?$/.exec(where) ?? [];
  if (where === "" || host === "") return "no host";
  if (where.includes("/")) return "invalid host";
  if (where.includes(":") && !where.startsWith("[") && port === undefined) return "invalid port";
  if (host === undefined && port === undefined) return hostMistake(where);
  const numbers = [port, last].filter((one) => one !== undefined).map(Number);
  if (numbers.some((one) => one < 1 || one > 65535)) return "invalid port";
  if (numbers.length === 2 && Number(port) > Number(last)) return "invalid port range";
  return host === undefined ? undefined : hostMistake(host);
}

/** No name is looked up: only what can be none is refused. */
function hostMistake(host: string): string | undefined {
  const isAddress = parseAddress(`http://${host}/`) !== undefined;
  if (host.startsWith("[")) return isAddress ? undefined : "invalid IPv6 address";
  return host === "*" || (isAddress && /^[\w.-]+$/.test(host)) ? undefined : "host not found";
}

function sharedMistake(
  socket: string,
  isDefault: boolean,
  hasOptions: boolean,
  block: Block,
): string | undefined {
  const { sockets } = block.whole;
  const known = sockets.get(socket) ??
    { isDefault: false, hasOptions: false, blocks: new Set<Block>() };
  sockets.set(socket, known);
  const shown = socket.replace(/^\*/, "0.0.0.0");
  if (known.blocks.has(block)) return `a duplicate listen ${shown}`;
  if (hasOptions && known.hasOptions) return `duplicate listen options for ${shown}`;
  if (isDefault && known.isDefault) return `a duplicate default server for ${shown}`;
  known.blocks.add(block);
  known.hasOptions ||= hasOptions;
  known.isDefault ||= isDefault;
  return undefined;
}
