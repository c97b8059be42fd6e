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
  if (/^[1-9]\d{0,3}$/.test(where)) return undefined; // what nearly all are
  if (where.startsWith("unix:")) {
    return where === "unix:" ? "no path in the unix domain socket" : undefined;
  }
  const [, host, ...numbers] = /^(?:(\[[^\]]*\]|[^:]*):)?(\d+)(?:-(\d+))?$/.exec(where) ?? [];
  const isPort = numbers.length > 0;
  if (where === "" || host === "" || where.startsWith(":")) return "no host";
  if (where.includes("/")) return "invalid host";
  if (!isPort && /^[^[]*:|:$/.test(where)) return "invalid port";
  const [port = 1, last = port] = numbers.filter((one) => one !== undefined).map(Number);
  if (port < 1 || port > 65535 || last < 1 || last > 65535) return "invalid port";
  if (port > last) return "invalid port range";
  return isPort && host === undefined ? undefined : hostMistake(host ?? where);
}

/** No name is looked up: only what can be none is refused. */
function hostMistake(host: string): string | undefined {
  if (host === "*") return undefined;
  const isAddress = parseAddress(`http://${host}/`) !== undefined;
  if (host.startsWith("[")) return isAddress ? undefined : "invalid IPv6 address";
  return isAddress && /^[\w.-]+$/.test(host) ? undefined : "host not found";
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
  const shown = () => socket.replace(/^\*/, "0.0.0.0");
  if (known.blocks.has(block)) return `a duplicate listen ${shown()}`;
  if (hasOptions && known.hasOptions) return `duplicate listen options for ${shown()}`;
  if (isDefault && known.isDefault) return `a duplicate default server for ${shown()}`;
  known.blocks.add(block);
  known.hasOptions ||= hasOptions;
  known.isDefault ||= isDefault;
  return undefined;
}
