#!/bin/sh
# Hot signals in a Slack channel, without a CRM: makes the destination, sends a test message, says what came of it.
#
#   MAILTRACKER_KEY=mt_… SLACK_WEBHOOK=https://hooks.slack.com/services/… sh examples/slack-alerts.sh
#
# The key needs the scope write:destinations. In Slack: Apps, Incoming Webhooks, "Add to Slack" gives the address.
set -eu
: "${MAILTRACKER_KEY:?an API key with the scope write:destinations}" "${SLACK_WEBHOOK:?the address of an incoming webhook}"
url=${MAILTRACKER_URL:-http://localhost:3000}

call() {
  curl -fsS -H "Authorization: Bearer $MAILTRACKER_KEY" -H 'Content-Type: application/json' "$@"
}
field() {
  node -pe "JSON.parse(require('fs').readFileSync(0))$1"
}

id=$(call "$url/api/destinations" -d "{\"type\": \"slack\", \"name\": \"Hot leads\", \"url\": \"$SLACK_WEBHOOK\",
  \"events\": [\"signal_raised\"], \"minimumLevel\": \"hot\"}" | field .id)
state=$(call -X POST "$url/api/destinations/$id/test" | field .state)
if [ "$state" != delivered ]; then
  echo "Slack did not take the test message ($state). Settings, Destinations tells why (destination $id)." >&2
  exit 1
fi
echo "Hot signals go to Slack from now on (destination $id). To stop: Settings, Destinations."
