/** A configuration of nginx with very many servers. */

/** Of one in which shared hosting is at its end. */
const SERVERS = 5000;

/** An address of loopback that nothing else uses: `nginx -t` opens its sockets. */
const LISTEN = "127.8.9.10:8599";

/** A base URL of the last one. */
export const LAST_SERVER = `http://host${SERVERS - 1}.example:8599/`;

/** The whole file; what nginx makes by itself is below its prefix. */
export function manyServers(): string {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path tmp;`).join(" ");
  const servers = Array.from({ length: SERVERS }, (_, i) => `
  server {
    listen ${LISTEN};
    server_name host${i}.example www.host${i}.example;
    root /srv/host${i};
    location / { try_files $uri $uri/ =404; }
    location ~* \\.(jpg|png)$ { expires 30d; }
    location /api/ { proxy_pass http://127.0.0.1:9000; }
  }`);
  return `pid nginx.pid;
error_log error.log;
events {}
http {
  access_log off;
  ${paths}
  server_names_hash_max_size 65536;
${servers.join("")}
}
`;
}
