/** The administrator's and the replication's user bear RDS's own names for them. */
export const ADMINISTRATOR = "rdsadmin";
export const REPLICATION_USER = "rdsrepladmin";

export interface ServerConfiguration {
  port: number;
  tlsDirectory: string;
  forceSsl: boolean;
  /** Where the writer is reached, if this server is to follow one. */
  upstream?: { port: number; slotName: string; passFile: string; applicationName: string };
}

/** Quotes a value of postgresql.conf. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Quotes a value inside a connection string. */
function connectionValue(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** postgresql.conf, written anew at each start so that ports and roles are always those of now. */
export function serverSettings(configuration: ServerConfiguration): string {
  const tls = configuration.tlsDirectory;
  const settings: Record<string, string> = {
    listen_addresses: quoted("127.0.0.1"),
    port: String(configuration.port),
    // A socket's path is limited to 107 bytes, which a clone's folder may exceed; nobody needs one.
    unix_socket_directories: quoted(""),
    max_connections: "200",
    shared_buffers: "64MB",
    // Segments in /dev/shm would outlive a server that is killed in a drill.
    dynamic_shared_memory_type: "mmap",
    ssl: "on",
    ssl_ca_file: quoted(`${tls}/ca.pem`),
    ssl_cert_file: quoted(`${tls}/server.pem`),
    ssl_key_file: quoted(`${tls}/server.key`),
    ssl_min_protocol_version: quoted("TLSv1.2"),
    password_encryption: quoted("scram-sha-256"),
    // Shown by `SHOW rds.force_ssl`, as in RDS; what enforces it is pg_hba.conf.
    "rds.force_ssl": configuration.forceSsl ? "1" : "0",
    fsync: "on",
    synchronous_commit: "on",
    wal_level: "replica",
    hot_standby: "on",
    max_wal_senders: "10",
    max_replication_slots: "10",
    // A slot keeps the log for a standby that is cut off, but not until the disk is full.
    max_slot_wal_keep_size: "2GB",
    // A held or delayed link is not a broken one: only its end (which the relay passes on) ends the stream.
    wal_sender_timeout: "0",
    wal_receiver_timeout: "0",
    wal_receiver_status_interval: "1s",
    wal_retrieve_retry_interval: "500ms",
    timezone: quoted("UTC"),
    log_timezone: quoted("UTC"),
    // Statements can carry what must not be in a log, so none is logged, not even a failed one.
    log_min_error_statement: "panic",
    log_parameter_max_length_on_error: "0",
  };
  const { upstream } = configuration;
  if (upstream) {
    settings.primary_slot_name = quoted(upstream.slotName);
    settings.primary_conninfo = quoted(
      Object.entries({
        host: "127.0.0.1",
        port: String(upstream.port),
        user: REPLICATION_USER,
        passfile: connectionValue(upstream.passFile),
        sslmode: "verify-full",
        sslrootcert: connectionValue(`${tls}/ca.pem`),
        application_name: connectionValue(upstream.applicationName),
      })
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
    );
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join("");
}

/** pg_hba.conf: TLS and a password, always; without `rds.force_ssl` clients may leave TLS out, replication may not. */
export function hostBasedAuthentication(forceSsl: boolean): string {
  return [
    `hostssl replication ${REPLICATION_USER} 127.0.0.1/32 scram-sha-256`,
    `hostssl all ${ADMINISTRATOR} 127.0.0.1/32 scram-sha-256`,
    `${forceSsl ? "hostssl" : "host"} all all 127.0.0.1/32 scram-sha-256`,
    "",
  ].join("\n");
}
