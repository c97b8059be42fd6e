/** nginx's directives: core, event and http modules of 1.31, and what older versions had. */

/** A block that directives stand in, by the letter that {@linkcode TABLE} has for it. */
export type Context = "M" | "E" | "H" | "S" | "L" | "s" | "l" | "x" | "U" | "m" | "g" | "p";

/**
 * A line has the contexts, the words, and the names. Contexts: `M` main, `E` events, `H` http, `S`
 * server, `L` location, `s` and `l` an `if` in these, `x` limit_except, `U` upstream, `*` all. Words:
 * digits are the numbers that fit, `1+` one or more, `f` one, `on` or `off`; then `{` for a block and
 * `!` for one that may stand only once. `*_` stands for each of the families below.
 */
const TABLE = `
* 1 include
E 1 debug_connection use worker_connections
E 1! accept_mutex_delay devpoll_changes devpoll_events epoll_events eventport_events iocp_threads
  kqueue_changes kqueue_events post_acceptex worker_aio_requests
E f! accept_mutex acceptex_read multi_accept
H 0{ server
H 1 degradation geoip_proxy perl_modules perl_require
H 1! http2_recv_buffer_size map_hash_bucket_size map_hash_max_size server_names_hash_bucket_size
  server_names_hash_max_size variables_hash_bucket_size variables_hash_max_size
H 12 geoip_city geoip_country geoip_org
H 12{ geo
H 1{ upstream
H 2 limit_conn_zone perl_set
H 2+ *_cache_path log_format
H 2{ charset_map map split_clients
H 3 limit_req_zone
H f! geoip_proxy_recursive
HS 1 http2_idle_timeout http2_max_concurrent_pushes http2_max_field_size http2_max_header_size
  http2_max_requests http2_recv_timeout quic_host_key ssl_certificate ssl_certificate_key
  ssl_ech_file ssl_ocsp_cache ssl_password_file ssl_session_ticket_key
HS 1! client_header_buffer_size client_header_timeout connection_pool_size
  http2_body_preread_size http2_max_concurrent_streams http2_pool_size http2_streams_index_size
  http3_max_concurrent_streams http3_stream_buffer_size max_headers quic_active_connection_id_limit
  request_pool_size ssl_buffer_size ssl_ciphers ssl_client_certificate ssl_crl ssl_dhparam
  ssl_ecdh_curve ssl_ocsp ssl_ocsp_responder ssl_session_timeout ssl_stapling_file
  ssl_stapling_responder ssl_trusted_certificate ssl_verify_client ssl_verify_depth
HS 1+ client_body_early_read ssl_protocols
HS 12 ssl_session_cache
HS 123 ssl_certificate_cache
HS 2 ssl_conf_command
HS 2! large_client_header_buffers
HS f! http2 http3 http3_hq ignore_invalid_headers merge_slashes quic_gso quic_retry
  ssl_certificate_compression ssl_early_data ssl_prefer_server_ciphers ssl_reject_handshake
  ssl_session_tickets ssl_stapling ssl_stapling_verify underscores_in_headers
HSL 0{ types
HSL 1 *_cache *_cache_key *_hide_header *_pass_header *_ssl_password_file *_store aio
  ancient_browser_value directio fastcgi_catch_stderr fastcgi_split_path_info http2_push
  image_filter_jpeg_quality image_filter_sharpen image_filter_webp_quality mirror
  modern_browser_value real_ip_header set_real_ip_from userid_expires userid_mark xml_entities
HSL 1! *_buffer_size *_busy_buffers_size *_cache_lock_age *_cache_lock_timeout
  *_cache_max_range_offset *_cache_min_uses *_connect_timeout *_limit_rate *_max_temp_file_size
  *_next_upstream_timeout *_next_upstream_tries *_read_timeout *_send_lowat *_send_timeout
  *_socket_rcvbuf *_socket_sndbuf *_ssl_certificate *_ssl_certificate_key *_ssl_ciphers *_ssl_crl
  *_ssl_name *_ssl_trusted_certificate *_ssl_verify_depth *_temp_file_write_size add_after_body
  add_before_body auth_delay auth_request autoindex_format client_body_buffer_size
  client_body_in_file_only client_body_timeout client_max_body_size default_type degrade
  directio_alignment fastcgi_index gzip_comp_level gzip_hash gzip_http_version gzip_min_length
  gzip_static gzip_window http2_chunk_size if_modified_since image_filter_buffer
  keepalive_min_timeout limit_conn_log_level limit_conn_status limit_req_log_level limit_req_status
  lingering_close lingering_time lingering_timeout max_ranges memcached_gzip_flag min_delete_depth
  mp4_buffer_size mp4_max_buffer_size open_file_cache_min_uses open_file_cache_valid
  postpone_gzipping postpone_output proxy_headers_hash_bucket_size proxy_headers_hash_max_size
  proxy_http_version proxy_method proxy_set_body read_ahead satisfy secure_link secure_link_md5
  secure_link_secret send_lowat send_timeout sendfile_max_chunk server_tokens slice
  ssi_min_file_chunk ssi_value_length subrequest_output_buffer_size types_hash_bucket_size
  types_hash_max_size userid userid_domain userid_name userid_p3p userid_path userid_service
  uwsgi_cache_background_update uwsgi_modifier1 uwsgi_modifier2 uwsgi_string
HSL 1+ *_cache_bypass *_cache_methods *_cache_use_stale *_cache_valid *_ignore_headers
  *_next_upstream *_no_cache *_ssl_protocols addition_types ancient_browser charset_types
  dav_methods early_hints gzip_disable gzip_proxied gzip_types index ssi_types sub_filter_types
  xslt_types
HSL 12 *_bind keepalive_disable modern_browser open_file_cache proxy_cookie_domain
  proxy_cookie_path proxy_redirect
HSL 12! disable_symlinks
HSL 123 *_ssl_certificate_cache *_store_access dav_access limit_req userid_flags
HSL 1234 *_temp_path client_body_temp_path open_log_file_cache proxy_cookie_flags
HSL 2 *_set_header *_ssl_conf_command auth_request_set limit_conn sub_filter xslt_param
  xslt_string_param
HSL 2! *_buffers gunzip_buffers gzip_buffers output_buffers
HSL 23 *_param
HSL f http2_push_preload
HSL f! *_buffering *_cache_background_update *_cache_lock *_cache_revalidate *_force_ranges
  *_ignore_client_abort *_intercept_errors *_pass_request_body *_pass_request_headers
  *_request_buffering *_socket_keepalive *_ssl_server_name *_ssl_session_reuse *_ssl_verify
  absolute_redirect aio_write autoindex autoindex_exact_size autoindex_localtime
  chunked_transfer_encoding client_body_in_single_buffer create_full_put_path etag
  fastcgi_keep_conn gunzip gzip_no_buffer gzip_vary image_filter_interlace
  image_filter_transparency limit_conn_dry_run limit_req_dry_run log_not_found log_subrequest
  mirror_request_body mp4_start_key_frame msie_padding msie_refresh open_file_cache_errors
  open_file_cache_events port_in_redirect proxy_cache_convert_head proxy_pass_trailers
  real_ip_recursive recursive_error_pages reset_timedout_connection server_name_in_redirect
  ssi_ignore_recycled_buffers ssi_last_modified ssi_silent_errors sub_filter_last_modified
  sub_filter_once tcp_nodelay tcp_nopush xml_external_entities xslt_last_modified
HSLU 1! keepalive_requests keepalive_time resolver_timeout
HSLU 1+ resolver
HSLU 12! keepalive_timeout
HSLl 1 charset root source_charset
HSLl 1! add_header_inherit add_trailer_inherit limit_rate limit_rate_after post_action
HSLl 12 expires
HSLl 2+ error_page
HSLl 23 add_header add_trailer
HSLl f! gzip override_charset sendfile ssi
HSLlx 1+ access_log
HSLsl f! rewrite_log uninitialized_variable_warn
HSLx 1 allow auth_basic_user_file deny
HSLx 1! auth_basic
L 0 empty_gif flv mp4
L 0! internal
L 1 alias
L 1+ xslt_stylesheet
L 1+{! limit_except
L 123 image_filter
L f! random_index
Ll 1 *_pass
Llx 1 proxy_pass
Lx 1 perl
M 0{! events http mail stream
M 1 env load_module ssl_engine worker_priority worker_processes
M 1! debug_points google_perftools_profiles lock_file pid timer_resolution worker_rlimit_core
  worker_rlimit_nofile worker_shutdown_timeout working_directory
M 1+ worker_cpu_affinity
M 12! user
M 23 thread_pool
M f! daemon master_process pcre_jit ssl_object_cache_inheritable
MHSL 1+ error_log
S 1+ listen server_name
SL 01 stub_status
SL 1! referer_hash_bucket_size referer_hash_max_size
SL 1+ valid_referers
SL 1+{ if
SL 12{ location
SL 2+! try_files
SLl 01 tunnel_pass
SLsl 0 break
SLsl 12 return
SLsl 2 set
SLsl 23 rewrite
U 0 ip_hash least_conn
U 012 random
U 12 hash keepalive least_time zone
U 2+ sticky
`;

/** Directives that pass requests on, without `_pass`. */
const FAMILIES = ["proxy", "fastcgi", "uwsgi", "scgi", "grpc", "memcached", "tunnel"];

/** What the table says of each directive; some members of a family have their own line. */
export const COMMANDS: ReadonlyMap<string, { readonly contexts: string; readonly words: string }> =
  new Map(
    TABLE.trim().replaceAll("\n  ", " ").split("\n").flatMap((line) => {
      const [contexts = "", words = "", ...names] = line.split(" ");
      return names.map((name) => ({ name, command: { contexts, words } }));
    }).sort((a, b) => a.name < b.name ? -1 : 1) // `*` first
      .flatMap(({ name, command }) =>
        FAMILIES.map((family) => [name.replace("*", family), command] as const)
      ),
  );
