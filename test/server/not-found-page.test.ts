import { describe, expect, it } from 'vitest'
import { startCoinslot } from './coinslot-harness.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

describe('an address where there is nothing', () => {
  it.each([
    ['a program that takes anything', '*/*'],
    ['a program that says nothing', null],
    ['a program that would rather have JSON', 'application/problem+json, text/html;q=0.5'],
  ])('is a problem to %s', async (_, Accept) => {
    const { request } = await startCoinslot()
    const answer = await request('GET', '/nope', { headers: { Accept } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'not_found' })
  })

  it('is a problem to a form', async () => {
    const { request } = await startCoinslot()
    const answer = await request('POST', '/nope', { headers: { Accept: BROWSER } })
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  })

  it('is a page to a browser, and repeats nothing of the address', async () => {
    const { request } = await startCoinslot()
    const path = '/<script>alert(1)</script>'
    const answer = await request('GET', path, { headers: { Accept: BROWSER } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('Content-Type')).toContain('text/html')
    const page = await answer.text()
    expect(page).toContain('<h1>There is nothing at this address</h1>')
    expect(page).toContain('href="/"')
    expect(page).not.toContain('alert')
  })

  it('leads to no front page where there is none', async () => {
    const configuration = { providers: { sandbox: {} }, checkouts: {} }
    const { request } = await startCoinslot({ configuration })
    const answer = await request('GET', '/', { headers: { Accept: BROWSER } })
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('<a ')
  })
})
