import { errorCode } from '../../../toolkit/properties.js';
import { columnValue } from '../dialect/result-row.js';

/** How `pg` and `mysql2` say that the server has no TLS. */
const NO_TLS = /does not support (SSL|secure) connection/;

/** What Node tells of a certificate or a handshake; mysql2 has one code of its own in the place of all of these. */
const FAILED_HANDSHAKE = /CERT|^UNABLE_TO_|^ERR_(SSL|TLS)_|^EPROTO$|^HANDSHAKE_SSL_ERROR$/;

/** What to do about a connection that TLS ended; undefined: it was something else. */
export function tlsAdvice(error: unknown): string | undefined {
  if (NO_TLS.test(String(columnValue(error, 'message')))) {
    return 'it does not speak TLS; turn it on there, or leave ssl out of the connection';
  }
  const code = errorCode(error);
  if (!FAILED_HANDSHAKE.test(code)) return undefined;
  const remedy = 'give that of its authority as ssl.ca of the connection, and the host that it is made for';
  return `the TLS handshake failed (${code}); expected a certificate that is trusted here: ${remedy}`;
}
