/** What to do about each code of an error; the types see to it that no code of the contract is left out. */
import type { ErrorCode } from '../../server/contract/schemas.ts'
import { firstMessages, laterMessages } from '../../server/contract/messages.ts'

/** What only the element tells, in its event `coinslot-error`: no server has answered with it. */
export type ElementCode =
  | 'network_error'
  | 'timeout'
  | 'invalid_response'
  | 'redirect_refused'
  | 'terms_changed'
  | 'amount_ambiguous'
  | 'customer_invalid'
  | 'unavailable'

export interface ErrorGuide {
  /** The status of the answer; left out where there is none. */
  readonly status?: number | string
  /** Who meets it. */
  readonly who: string
  readonly why: string
  readonly mend: string
}

export const errorGuide: Readonly<Record<ErrorCode | ElementCode, ErrorGuide>> = {
  invalid_request: {
    status: 400,
    who: 'Whoever calls the HTTP interface, or posts a form to `/pay`. The element never sends such a request.',
    why: 'The body is not JSON, names a key twice, has a key that there is not, or a value of another shape: an amount that is a number instead of a string, for instance.',
    mend: 'Read `errors`: each has the `path` of a key and what is wrong with it. The shapes are in the [HTTP interface](http.md).',
  },
  idempotency_key_missing: {
    status: 400,
    who: 'Whoever calls the HTTP interface; the element sends a key by itself.',
    why: '`POST` and `PATCH` need an `Idempotency-Key`, so that a request that is sent twice pays once.',
    mend: 'Send a random value of at least 16 characters, new for each intent to pay and the same for each try at it.',
  },
  idempotency_key_invalid: {
    status: 400,
    who: 'Whoever calls the HTTP interface.',
    why: 'The key is shorter than 16 characters, longer than 255, or has others than `A-Z a-z 0-9 _ -`.',
    mend: 'Send a UUID, for example.',
  },
  idempotency_in_progress: {
    status: 409,
    who: 'A buyer who has clicked in two windows, or a client that did not wait.',
    why: 'The same request, with the same key, is being worked on at this moment.',
    mend: 'Nothing, in a page: the element says so, and the next click asks with the same key. A client sends the same again after `Retry-After`.',
  },
  idempotency_key_reused: {
    status: 422,
    who: 'Whoever calls the HTTP interface.',
    why: 'The key has been used in the last 24 hours with another body.',
    mend: 'Make a new key for each intent to pay, and keep it only for tries at that.',
  },
  origin_not_allowed: {
    status: 403,
    who: 'You, in the server’s log, which names the origin. The browser keeps the answer from the page, so that the element only says `network_error`.',
    why: 'Only pages of the origins in `"origins"` (and of the server itself) may open a payment. `www.` or another port makes another origin, and a page opened from a file has none that could be listed. A form that is posted without script has none either where the page’s `Referrer-Policy` is `no-referrer` (as helmet sets it) or `same-origin`; its buyers are led on to the payment page.',
    mend: 'Add the origin as the log shows it to `"origins"` and start the server anew. `coinslot check --page` with the address of the page shows whether it is right (`page.origin-listed`).',
  },
  not_found: {
    status: 404,
    who: 'Whoever asks for an address that there is not.',
    why: 'The path is wrong. Often a proxy has put something before it or taken something away, or the `server` of the element names a path.',
    mend: 'Look at the path that the server was asked for; pass requests on with their paths. The demo and these pages are only there in demo mode.',
  },
  checkout_not_found: {
    status: 404,
    who: 'Buyers: the element says that payment is not available. In the console of the page stands the code.',
    why: 'The attribute `checkout`, or the `checkout` of an offer, names none of the configuration, or `server` names another server.',
    mend: 'Compare the id with the keys of `"checkouts"`; ids are told apart by capitals, too.',
  },
  session_not_found: {
    status: 404,
    who: 'The page after the payment, whose `<coinslot-status>` shows “unknown”.',
    why: 'There is no session with this id: the address was cut, or the database is another than that in which the session was opened.',
    mend: 'Look at `coinslot_session` in the address. In a container, see that the database survives a restart. `coinslot sessions show` finds a session by the beginning of its id.',
  },
  provider_not_found: {
    status: 404,
    who: 'A provider that sends a webhook.',
    why: 'The address in its dashboard ends with a name that is not in `"providers"`.',
    mend: '`coinslot check` prints the address of each webhook (`webhook.address`): put that one into the dashboard.',
  },
  method_not_allowed: {
    status: 405,
    who: 'Whoever calls the HTTP interface.',
    why: 'The address is right, the method is not.',
    mend: 'See the header `Allow`. That a webhook’s address answers 405 to a browser is as it should be.',
  },
  session_not_open: {
    status: 409,
    who: 'A buyer who comes back to a payment that is over; the element begins a new one by itself.',
    why: 'The session is paid, failed, cancelled or expired: its amount cannot be changed any more.',
    mend: 'Look at the `session` of the answer. Open a new one under a new key if something is still to be paid.',
  },
  order_already_paid: {
    status: 409,
    who: 'A buyer who comes with an offer whose `orderId` is paid, or on its way.',
    why: 'An order is paid once, whoever pays it, in whichever tab.',
    mend: 'Show the buyer that the order is paid; the answer has the `session`. For another payment sign an offer with another `orderId`.',
  },
  payload_too_large: {
    status: 413,
    who: 'Whoever calls the HTTP interface, or a provider with a long webhook.',
    why: 'A body may have 16,384 bytes, that of a webhook 65,536.',
    mend: 'Say less. An offer of more than 8,192 characters has too many items: sum them up.',
  },
  unsupported_media_type: {
    status: 415,
    who: 'Whoever calls the HTTP interface.',
    why: 'The body was not sent as `application/json` in UTF-8, or it was compressed.',
    mend: 'Send `Content-Type: application/json`.',
  },
  webhook_rejected: {
    status: 401,
    who: 'A provider, and whoever pretends to be one. Nothing of the report is believed.',
    why: 'It could not be proven to be the provider’s: the secret is another, something between changes the body, the header has another name, or the clock of this machine is wrong.',
    mend: 'Compare the webhook secret with the provider’s dashboard, see `clock.agrees` of `coinslot check`, and have no proxy rewrite bodies. No payment is lost meanwhile where the provider can be asked.',
  },
  amount_required: {
    status: 422,
    who: 'Buyers who leave the field empty; clients that send no `amount` to a checkout that has none.',
    why: 'The checkout has no amount of its own to begin with.',
    mend: 'Send an `amount`, or give the checkout one.',
  },
  amount_malformed: {
    status: 422,
    who: 'Buyers who type what is no amount, and clients that send one.',
    why: 'It is no decimal string such as `"25.00"`: it has a currency sign, a thousands separator, an exponent, or more than 32 characters.',
    mend: 'On the wire write digits and a point. In the field the element reads an amount as the buyer’s language writes it, and helps.',
  },
  amount_precision: {
    status: 422,
    who: 'Buyers and clients.',
    why: 'It has more decimals than the currency: 0 for JPY, 2 for EUR, 3 for KWD.',
    mend: 'Round before you send; nothing is rounded here. `fractionDigits` of the answer tells how many there are.',
  },
  amount_not_editable: {
    status: 422,
    who: 'A page that shows another amount than the server has, or a buyer who has changed the page.',
    why: 'The checkout is not `editable`, so that only its own amount may be paid.',
    mend: 'Take `amount` off the page, or make it equal; or set `"editable": true` with `minAmount` and `maxAmount`. For a price of its own for each order sign an [offer](index.md).',
  },
  amount_below_minimum: {
    status: 422,
    who: 'Buyers, with the limit in words; clients, with `minAmount`.',
    why: 'It is less than the checkout’s `minAmount`, or nothing at all.',
    mend: 'As it is meant. To take less, lower `minAmount`; a provider may have a limit of its own.',
  },
  amount_above_maximum: {
    status: 422,
    who: 'Buyers, with the limit in words; clients, with `maxAmount`.',
    why: 'It is more than the checkout’s `maxAmount`.',
    mend: 'As it is meant. To take more, raise `maxAmount`.',
  },
  offer_invalid: {
    status: 422,
    who: 'Buyers with a link or a page whose offer is not genuine.',
    why: 'It was signed with another secret, changed, cut, or says what no offer may say. `detail` tells which.',
    mend: 'Compare `COINSLOT_SECRET` here and where the offer is signed (the first of a list signs). `npx coinslot sign` checks the terms against the configuration and names each mistake.',
  },
  offer_expired: {
    status: 422,
    who: 'Buyers who come late.',
    why: 'Its `exp` is past. `exp` counts seconds, not milliseconds.',
    mend: 'Sign a new one when the page is loaded, or give it longer (`expiresIn`).',
  },
  customer_required: {
    status: 422,
    who: 'Clients of the HTTP interface: the element and `/pay` ask the buyer.',
    why: 'The checkout’s `collect`, or the provider (Kadosei: name and email), needs what was not sent.',
    mend: 'Send the parts that `missing` lists as `customer`, or have the offer bring them.',
  },
  rate_limited: {
    status: 429,
    who: 'Buyers, and whoever tries out cards or amounts by program.',
    why: 'In a minute more sessions were opened than `"rateLimits"` allows: by one address, for one checkout, or at one provider.',
    mend: 'If many buyers are refused at once, the server takes them for one address: set `"trustedProxyHops"` to the number of proxies of yours before it. The element’s next try has the same key.',
  },
  too_many_streams: {
    status: '429, 503',
    who: 'Nobody who looks: `<coinslot-status>` asks from time to time instead.',
    why: 'More than 100 event streams are open from one address, or 1,000 in all.',
    mend: 'Ask `GET /v1/sessions/{id}` now and then. Behind a proxy set `"trustedProxyHops"`.',
  },
  store_unavailable: {
    status: 503,
    who: 'Buyers, as “Something went wrong” before a payment and “not available right now” where the terms are asked for; your monitoring, by `/readyz`.',
    why: 'The database is away, full or too busy. Nothing is promised that cannot be kept.',
    mend: 'See the log for what it says, free space on the disk or bring PostgreSQL back; the server goes on by itself within five seconds. The same key may be sent again.',
  },
  internal: {
    status: 500,
    who: 'Anybody; it is a mistake of ours, or a file that is missing.',
    why: 'Something happened that has no code of its own.',
    mend: 'Search the log for the `requestId` of the answer, and report what stands there: it holds no secret.',
  },
  provider_rejected: {
    status: 502,
    who: 'Buyers, as “something went wrong”. The log says what the provider answered, by status and by the names of fields.',
    why: 'The provider refused the request: the API key is wrong or may not do this, the currency is none of its own, or the amount is outside its limits.',
    mend: 'See the log’s line of this `requestId`, then the provider’s dashboard. `coinslot check` tries the key where the provider can be asked (`provider.key-taken`). Sending it again does not help.',
  },
  provider_unavailable: {
    status: 502,
    who: 'Buyers, who are told to try again in a minute.',
    why: 'The provider cannot be reached, answered 5xx or what is no answer, sent a redirect URL to a host that is not on its list, or has failed so often that it is let alone for a moment.',
    mend: 'See the provider’s status page. If it is up, see the log: a host that is not listed belongs into `redirectHosts`. The same key goes on with the same session.',
  },
  provider_timeout: {
    status: 504,
    who: 'Buyers, who are told to try again in a minute.',
    why: 'The provider did not answer within its `deadline` (10 s).',
    mend: 'Nothing, if it passes: the same key goes on with the same session, and nobody pays twice. Else let connections to the provider through the firewall.',
  },
  network_error: {
    who: 'Buyers, and a page’s listener for `coinslot-error`.',
    why: 'The browser had no connection to the server, or was not allowed one: the origin of the page is not listed ([origin_not_allowed](#origin_not_allowed)), the `connect-src` of its policy, a certificate, a content blocker.',
    mend: 'Open `/healthz` of the server in that browser; `coinslot check --page` with the address of the page reads its policy (`page.connect-src`).',
  },
  timeout: {
    who: 'Buyers, and a page’s listener for `coinslot-error`.',
    why: 'The server did not answer within 30 s.',
    mend: 'See whether requests get to the server at all: its log has a line for each. The next click uses the same key.',
  },
  invalid_response: {
    who: 'Buyers, as “Something went wrong”, and a page’s listener for `coinslot-error`.',
    why: 'What answered is not this server: a proxy’s page of errors, a log-in, or another site at this address.',
    mend: 'Open `/coinslot.json` of the address in `server`: it should tell a version. `coinslot check` looks for that, too (`public-url.version`).',
  },
  redirect_refused: {
    who: 'Buyers, as “Something went wrong”.',
    why: 'The address to pay at is not https. Only on this very machine may it be http.',
    mend: 'Give the server a `publicUrl` with https; a `redirectUrlTemplate` or `<PROVIDER>_BASE_URL` of yours, too.',
  },
  terms_changed: {
    who: 'Buyers, who are shown the new amount before they click again.',
    why: 'The page was loaded with other terms than the server has now.',
    mend: 'As it is meant. If it does not pass, the page says other terms by its attributes than the configuration.',
  },
  amount_ambiguous: {
    who: 'Buyers who type `1.234` where it could be read in two ways.',
    why: 'The one reading is a thousand times the other; nobody guesses with money.',
    mend: 'As it is meant: the buyer is asked which he means. The `locale` of the element decides how amounts are read.',
  },
  customer_invalid: {
    who: 'Buyers; the fields that are meant are marked, each with what is wrong.',
    why: 'Something that the checkout asks of the buyer is missing, or is no address, telephone number and so on.',
    mend: 'As it is meant. What the page knows already it sets as `customer`, so that it is not asked.',
  },
  unavailable: {
    who: 'Buyers, with a button to try again.',
    why: 'The terms of the checkout could not be had: the server does not answer, or answers something else. An element that names neither `checkout` nor `offer` says so, too.',
    mend: 'The console of the page has the code that lies behind it.',
  },
}

/** The page's sections, a code each, in the order of the contract. */
export function errorEntries(): string {
  return Object.entries(errorGuide)
    .map(([code, guide]) => entry(code, guide))
    .join('\n\n')
}

function entry(code: string, { status, who, why, mend }: ErrorGuide): string {
  const told = buyerText(code)
  return [
    `### ${code}`,
    [
      status === undefined ? 'Told by the element alone.' : `Status ${status}.`,
      told && `The buyer reads: “${told}”`,
    ]
      .filter(Boolean)
      .join(' '),
    `- **Who sees it:** ${who}\n- **Why:** ${why}\n- **What to do:** ${mend}`,
  ].join('\n\n')
}

function buyerText(code: string): string | undefined {
  const texts: Readonly<Record<string, string>> = { ...firstMessages, ...laterMessages }
  return texts[code]
}
