/** What an answer of `npm audit --json` means: findings, none, or that nobody could be asked. */

const SERIOUS = new Set(['high', 'critical'])

/**
 * @param {string} text what npm wrote
 * @returns {{ kind: 'found', findings: string[] } | { kind: 'clean' } | { kind: 'unanswered', why: string }}
 */
export function readAudit(text) {
  const answer = parse(text)
  const { vulnerabilities, message } = answer
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) {
    return { kind: 'unanswered', why: typeof message === 'string' ? message : 'no answer' }
  }
  const findings = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => SERIOUS.has(severity))
    .map(([name, { severity, range }]) => `${name} ${range}: ${severity}`)
  return findings.length > 0 ? { kind: 'found', findings } : { kind: 'clean' }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
