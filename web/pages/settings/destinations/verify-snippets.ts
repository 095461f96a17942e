/** Each is a whole file without dependencies; a test runs them against signed requests. */
export const VERIFY_SNIPPETS = {
  TypeScript: `import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * True when MailTracker sent this body within the last five minutes.
 * \`body\` is the raw text as it arrived, before JSON.parse.
 */
export function isFromMailTracker(secret: string, headers: Headers, body: string): boolean {
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const given = headers.get('webhook-signature');
  if (!id || !timestamp || !given) return false;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\${body}\`).digest();
  // Two of them while a new secret takes over from the old one.
  return given.split(' ').some((one) => {
    const signature = Buffer.from(one.replace('v1,', ''), 'base64');
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}
`,
  Python: `import base64
import hashlib
import hmac
import time


def is_from_mailtracker(secret: str, headers, body: bytes) -> bool:
    """True when MailTracker sent this body within the last five minutes.

    body is the raw bytes as they arrived; headers finds names in lower case.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not message_id or not timestamp.isdigit():
        return False
    if abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    # Two of them while a new secret takes over from the old one.
    return any(hmac.compare_digest(one, expected) for one in given.split(" "))
`,
  Go: `package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Header is what http.Header, the header of a request, can do.
type Header interface{ Get(name string) string }

// IsFromMailTracker tells whether MailTracker sent this body within the last
// five minutes. body is what arrived, before it is parsed.
func IsFromMailTracker(secret string, header Header, body []byte) bool {
	id := header.Get("Webhook-Id")
	timestamp := header.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return false
	}
	age := time.Since(time.Unix(seconds, 0))
	if age > 5*time.Minute || age < -5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	// Two of them while a new secret takes over from the old one.
	for _, one := range strings.Split(header.Get("Webhook-Signature"), " ") {
		if hmac.Equal([]byte(one), []byte(expected)) {
			return true
		}
	}
	return false
}
`,
} as const;
