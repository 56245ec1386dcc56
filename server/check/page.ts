/** Whether a merchant's page lets the script run and ask the server. */
import { parse, type DefaultTreeAdapterMap } from 'parse5'
import type { Config } from '../config.ts'
import { isSafeUrl } from '../safe-url.ts'
import type { Ask } from './ask.ts'
import { failure, ok, warning, type Finding } from './finding.ts'
import {
  allowsUrl,
  decidingDirective,
  hasNonceOrHash,
  parsePolicies,
  type SecurityPolicy,
} from './security-policy.ts'
import { unreached } from './unreached.ts'

const ABOUT = 'page'

export async function* checkPage(config: Config, url: string, ask: Ask): AsyncGenerator<Finding> {
  if (!isSafeUrl(url)) {
    yield failure(
      'page.seen',
      ABOUT,
      '--page is no https URL',
      'Name a page such as https://shop.example/donate.',
    )
    return
  }
  const page = new URL(url)
  yield checkOrigin(config, page)
  const answer = await ask(url)
  if (typeof answer === 'string') {
    yield unreached('page.seen', ABOUT, page.host, answer)
  } else if (answer.status !== 200) {
    yield warning(
      'page.seen',
      ABOUT,
      `${url} answers ${answer.status}: its policy was not seen`,
      'Name the very page that has the element, where it can be seen without a log-in.',
    )
  } else {
    const headers = (answer.headers['content-security-policy'] ?? []).flatMap(parsePolicies)
    const metas = metaPolicies(answer.text).flatMap(parsePolicies)
    yield* checkPolicies(config, page, [
      ...headers.map((policy) => ({ policy, where: 'its header' })),
      ...metas.map((policy) => ({ policy, where: 'its meta element' })),
    ])
  }
}

function checkOrigin({ origins, publicUrl }: Config, { origin }: URL): Finding {
  return origins.includes(origin) || new URL(publicUrl).origin === origin
    ? ok('page.origin-listed', ABOUT, `${origin} may open a payment`)
    : failure(
        'page.origin-listed',
        ABOUT,
        `${origin} is not on the list of origins`,
        `Add "${origin}" to "origins".`,
      )
}

interface Found {
  readonly policy: SecurityPolicy
  readonly where: string
}

function* checkPolicies(config: Config, page: URL, found: readonly Found[]): Generator<Finding> {
  const problems = found.flatMap(({ policy, where }) => [
    ...checkScript(config, page, policy, where),
    ...checkConnect(config, page, policy, where),
    ...checkTrustedTypes(policy, where),
  ])
  yield* problems
  if (found.length === 0)
    yield ok('page.seen', ABOUT, `${page.href} has no content security policy`)
  else if (problems.every(({ level }) => level !== 'failure')) {
    yield ok(
      'page.seen',
      ABOUT,
      `the content security policy of ${page.href} lets the element work`,
    )
  }
}

function* checkScript(
  { publicUrl }: Config,
  page: URL,
  policy: SecurityPolicy,
  where: string,
): Generator<Finding> {
  const deciding = decidingDirective(policy, 'script-src-elem', 'script-src', 'default-src')
  if (!deciding) return
  const { name, sources } = deciding
  const isListed = allowsUrl(sources, new URL(`${publicUrl}/coinslot.js`), page)
  const isStrict = sources.some((source) => source.toLowerCase() === "'strict-dynamic'")
  if (isListed && !isStrict) return
  if (hasNonceOrHash(sources)) {
    yield warning(
      'page.script-src',
      ABOUT,
      `${name} of ${where} lets a script run that has its nonce or hash`,
      'Give the tag of coinslot.js the nonce (or its integrity, where it is the hash that is listed).',
    )
    return
  }
  yield failure(
    'page.script-src',
    ABOUT,
    `${name} of ${where} keeps ${publicUrl}/coinslot.js from running`,
    isStrict
      ? `Give script-src a nonce, and the tag of coinslot.js the same: 'strict-dynamic' takes no addresses.`
      : addTo('script-src', name, sources, publicUrl),
  )
}

function* checkConnect(
  { publicUrl }: Config,
  page: URL,
  policy: SecurityPolicy,
  where: string,
): Generator<Finding> {
  const deciding = decidingDirective(policy, 'connect-src', 'default-src')
  if (!deciding) return
  const { name, sources } = deciding
  if (allowsUrl(sources, new URL(`${publicUrl}/v1/sessions`), page)) return
  yield failure(
    'page.connect-src',
    ABOUT,
    `${name} of ${where} keeps the element from asking ${publicUrl}`,
    addTo('connect-src', name, sources, publicUrl),
  )
}

/** What stands in for a directive that is missing is written into it, else it would not count any more. */
function addTo(
  wanted: string,
  name: string,
  sources: readonly string[],
  publicUrl: string,
): string {
  const { origin } = new URL(publicUrl)
  if (name !== 'default-src') return `Add ${origin} to ${name}.`
  const kept = sources.filter((source) => source.toLowerCase() !== "'none'")
  return `Add the directive "${[wanted, ...kept, origin].join(' ')}".`
}

function* checkTrustedTypes(policy: SecurityPolicy, where: string): Generator<Finding> {
  const names = policy.get('trusted-types')
  if (!policy.get('require-trusted-types-for') || !names) return
  if (names.includes('lit-html') || names.includes('*')) return
  yield failure(
    'page.trusted-types',
    ABOUT,
    `trusted-types of ${where} keeps the element from making its markup`,
    'Add lit-html to trusted-types.',
  )
}

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

/** Only in its head a policy counts. */
function metaPolicies(html: string): string[] {
  const root = childNamed(parse(html), 'html')
  const head = root && childNamed(root, 'head')
  return elementsOf(head)
    .filter((node) => node.tagName === 'meta')
    .map((node) => new Map(node.attrs.map(({ name, value }) => [name, value])))
    .filter((attributes) => /^content-security-policy$/i.test(attributes.get('http-equiv') ?? ''))
    .map((attributes) => attributes.get('content') ?? '')
}

function childNamed(node: Node, name: string): Element | undefined {
  return elementsOf(node).find(({ tagName }) => tagName === name)
}

function elementsOf(node: Node | undefined): Element[] {
  if (!node || !('childNodes' in node)) return []
  return node.childNodes.filter((child): child is Element => 'tagName' in child)
}
