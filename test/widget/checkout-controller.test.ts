import { expect } from '@open-wc/testing'
import { CheckoutController } from '../../widget/checkout-controller.ts'
import type { CoinslotChangeEvent, CoinslotErrorEvent } from '../../widget/events.ts'
import { checkoutTerms, createPage, donation, json, offer, problem, session } from './fixtures.ts'

const lastError = (page: ReturnType<typeof createPage>) =>
  page.event<CoinslotErrorEvent>('coinslot-error').at(-1)!

describe('the terms', () => {
  it('are unavailable without a checkout and without an offer', async () => {
    const page = createPage({ currency: 'USD', amount: '25.00' })
    await page.reaches('unavailable')
    expect(page.controller.state).to.equal('unavailable')
    expect(page.server.requests).to.have.length(0)
  })

  it('are unavailable with a text and a way to try again when the server does not give them', async () => {
    const page = createPage(
      { checkout: 'donation' },
      new TypeError('offline'),
      json(checkoutTerms()),
    )
    expect(page.controller.state).to.equal('loading')
    await page.reaches('unavailable')
    expect(page.controller.state).to.equal('unavailable')
    expect(page.controller.error?.message).to.equal('Payment is not available right now.')
    expect(lastError(page).code).to.equal('network_error')

    await page.controller.pay()
    expect(page.controller.state).to.equal('loading')
    await page.reaches('idle')
    expect(page.controller.state).to.equal('idle')
    expect(page.controller.error).to.equal(undefined)
  })

  for (const [name, reply] of Object.entries({
    'a page of a proxy': new Response('<html>', { status: 200 }),
    'a list': json([]),
    null: json(null),
    'a currency that is none': json(checkoutTerms({ currency: 'US$' })),
    'a fixed amount that is missing': json(checkoutTerms({ amount: null, editable: false })),
    'a problem': problem('checkout_not_found', 404),
  })) {
    it(`are unavailable when the answer is ${name}`, async () => {
      const page = createPage({ checkout: 'donation' }, reply)
      await page.reaches('unavailable')
      expect(page.controller.state).to.equal('unavailable')
    })
  }

  it('give up on the server after 30 seconds', async () => {
    const page = createPage({ checkout: 'donation' }, 'hang')
    page.time.pass(29_999)
    expect(page.controller.state).to.equal('loading')
    page.time.pass(30_000)
    await page.reaches('unavailable')
    expect(page.controller.state).to.equal('unavailable')
    expect(lastError(page).code).to.equal('timeout')
  })

  it('need no request where the page gives currency and amount', () => {
    const page = createPage(donation)
    expect(page.controller.state).to.equal('idle')
    expect(page.controller.amount).to.equal('25.00')
    expect(page.server.requests).to.have.length(0)
  })

  it('need no request where the offer gives currency and amount', () => {
    const page = createPage({
      offer: offer({ currency: 'EUR', amount: '12', description: 'Café crème' }),
    })
    expect(page.controller.amount).to.equal('12.00')
    expect(page.controller.description).to.equal('Café crème')
    expect(page.server.requests).to.have.length(0)
  })

  it('of an offer win over what the page says', () => {
    const page = createPage({
      ...donation,
      offer: offer({ currency: 'EUR', amount: '12.00', editable: false }),
    })
    expect(page.controller.terms).to.include({ currency: 'EUR', amount: 1200n, editable: false })
  })

  it('of a whole offer are all that there is: what it leaves out, the page cannot add', () => {
    const page = createPage({
      ...donation,
      amount: '1.00',
      editable: true,
      offer: offer({ currency: 'USD', amount: '25.00' }),
    })
    expect(page.controller.terms).to.include({ amount: 2500n, editable: false })
  })

  it('of an offer may be described in any script, in every letter of base64url', () => {
    for (const description of [
      'Ünïcødé – “Kopfhörer”',
      '耳机 🎧',
      'سماعات',
      '???>>>~~~ÿÿÿ',
      '\u0000',
    ]) {
      const token = offer({ currency: 'EUR', amount: '12', description })
      expect(token).to.match(/^[\w.-]+$/)
      expect(createPage({ offer: token }).controller.description).to.equal(description)
    }
  })

  it('are unavailable where they would come from an offer alone that cannot be read', async () => {
    for (const text of [
      'x',
      'a.b.c',
      '...',
      'a.bnVsbA.c',
      'a.IjEi.c',
      `a.${btoa('{"amount":1}')}.c`,
    ]) {
      const page = createPage({ offer: text })
      await page.reaches('unavailable')
      await Promise.resolve()
      expect(page.event('coinslot-error')[0], text).to.include({ code: 'offer_invalid' })
      expect(page.server.requests, text).to.have.length(0)
    }
  })

  it('of an offer that cannot be read are left to the server', () => {
    for (const text of ['', 'x', 'a.b.c', 'a.bnVsbA.c', 'a.IjEi.c']) {
      const page = createPage({ ...donation, offer: text })
      expect(page.controller.amount, text).to.equal('25.00')
    }
  })

  it('are asked for where the page leaves them open', async () => {
    const page = createPage({ checkout: 'a/b', server: 'https://x.example' }, json(checkoutTerms()))
    expect(page.server.requests[0]).to.include({ url: 'https://x.example/v1/checkouts/a%2Fb' })
    await page.reaches('idle')
    expect(page.controller.terms).to.include({ amount: 2500n, minAmount: 500n, editable: true })
    expect(page.controller.isTest).to.equal(true)
    expect(page.event('coinslot-ready')).to.have.length(1)
  })

  it("let the page say which amount the buyer begins with, but only the server's currency and limits hold", async () => {
    const page = createPage(
      { checkout: 'donation', amount: '40', currency: undefined, minAmount: '1.00' },
      json(checkoutTerms()),
    )
    await page.reaches('idle')
    expect(page.controller.terms).to.include({ amount: 4000n, minAmount: 500n })
  })

  it('let the page fix an amount that the buyer could choose', async () => {
    const page = createPage(
      { checkout: 'donation', amount: '40', editable: false },
      json(checkoutTerms()),
    )
    await page.reaches('idle')
    expect(page.controller.terms).to.include({ amount: 4000n, editable: false })
  })

  it('that ask the buyer something wait for the fields, and are unavailable where those cannot be had', async () => {
    const page = createPage({ checkout: 'donation' }, json(checkoutTerms({ collect: ['email'] })))
    page.loadFields = () => Promise.reject(new Error('offline'))
    await page.reaches('unavailable')
    expect(lastError(page).code).to.equal('network_error')
    expect(lastError(page).retryable).to.equal(true)

    const nothing = () => {}
    const fields = { messages: {}, fault: undefined, customer: {}, template: () => '' }
    const acts = { point: nothing, reset: nothing, summary: nothing }
    page.loadFields = () => Promise.resolve({ ...fields, ...acts })
    await page.controller.pay()
    await page.reaches('idle')
    expect(page.event('coinslot-ready')).to.have.length(1)
    expect(page.server.requests).to.have.length(1)
  })

  it('may be reset before the page has given any', () => {
    const loadFields = () => Promise.reject(new Error('nobody asks'))
    const host = { dispatch: () => true, update: () => {}, focusField: () => {}, loadFields }
    const controller = new CheckoutController(host)
    controller.reset()
    expect(controller.state).to.equal('loading')
  })

  it('keep the page from making editable what is not', async () => {
    const page = createPage(
      { checkout: 'donation', editable: true, amount: '1.00' },
      json(checkoutTerms({ editable: false })),
    )
    await page.reaches('idle')
    expect(page.controller.terms).to.include({ amount: 2500n, editable: false })
  })

  it('may be changed by the page at any time', () => {
    const page = createPage(donation)
    page.change({ amount: '30.00' })
    expect(page.controller.text).to.equal('30.00')
    page.change({ currency: 'JPY', amount: '3000', minAmount: '500' })
    expect(page.controller.text).to.equal('3,000')
    page.change({ locale: 'de-DE' })
    expect(page.controller.text).to.equal('3.000')
  })

  it('leave the text alone when the page sets the amount that was just typed', () => {
    const page = createPage(donation)
    page.controller.type('12')
    page.change({ amount: '12.00' })
    expect(page.controller.text).to.equal('12')
  })

  it('keep what was typed when only a limit changes', () => {
    const page = createPage(donation)
    page.controller.type('12')
    page.change({ minAmount: '6.00' })
    expect(page.controller.text).to.equal('12')
  })
})

describe('the amount', () => {
  it('that could be thousands is asked about, written as it would then be read', () => {
    const page = createPage(donation)
    page.controller.type('1.234')
    page.controller.leaveField()
    expect(page.controller.text).to.equal('1.234')
    expect(page.controller.error?.message).to.contain('Do you mean 1,234.00?')
    page.controller.type('1,234.00')
    expect(page.controller.amount).to.equal('1234.00')
  })

  for (const [text, code] of [
    ['', 'amount_required'],
    ['   ', 'amount_required'],
    ['abc', 'amount_malformed'],
    ['-5', 'amount_malformed'],
    ['1e3', 'amount_malformed'],
    ['10.005', 'amount_ambiguous'],
    ['10.0055', 'amount_precision'],
    ['1.234', 'amount_ambiguous'],
    ['4.99', 'amount_below_minimum'],
    ['0', 'amount_below_minimum'],
    ['100.01', 'amount_above_maximum'],
  ] as const) {
    it(`"${text}" is refused as ${code} and nothing is sent`, async () => {
      const page = createPage({ ...donation, maxAmount: '100.00' })
      page.controller.type(text)
      await page.controller.pay()
      expect(page.controller.error?.code).to.equal(code)
      expect(page.controller.error?.message).not.to.match(/[{}]/)
      expect(page.focused).to.equal(1)
      expect(lastError(page)).to.include({ code, retryable: false })
      expect(page.server.requests).to.have.length(0)
      expect(page.event('coinslot-submit')).to.have.length(0)
    })
  }

  it('of nothing is refused where no minimum is configured', async () => {
    const page = createPage({ ...donation, minAmount: undefined })
    page.controller.type('0')
    expect(page.controller.fault).to.equal('amount_below_minimum')
  })

  it('that no wire can carry is refused where no maximum is configured', () => {
    const page = createPage({ ...donation, currency: 'JPY', amount: '2500', minAmount: undefined })
    page.controller.type('999999999999999')
    expect(page.controller.fault).to.equal(undefined)
    page.controller.type('1000000000000000')
    expect(page.controller.fault).to.equal('amount_above_maximum')
  })

  it('says the error when the field is left, and no sooner', () => {
    const page = createPage(donation)
    page.controller.type('3')
    expect(page.controller.error).to.equal(undefined)
    page.controller.leaveField()
    expect(page.controller.error?.message).to.equal('The minimum is $5.00.')
    expect(page.event('coinslot-error')).to.have.length(0)
  })

  it('says nothing when a field is left in which nothing was typed', () => {
    const page = createPage({ ...donation, amount: undefined }, json(checkoutTerms()))
    page.controller.leaveField()
    expect(page.controller.error?.code).not.to.equal('amount_required')
  })

  it('clears the error as soon as it is right', () => {
    const page = createPage(donation)
    page.controller.type('3')
    page.controller.leaveField()
    page.controller.type('30')
    expect(page.controller.error).to.equal(undefined)
  })

  it('is never rewritten while it is typed, and shown as it was understood afterwards', () => {
    const page = createPage({ ...donation, locale: 'de-DE', currency: 'EUR' })
    page.controller.type('1234,5')
    expect(page.controller.text).to.equal('1234,5')
    expect(page.controller.say('pay')).to.equal('Pay 1.234,50\u00a0€')
    page.controller.leaveField()
    expect(page.controller.text).to.equal('1.234,50')
    expect(page.controller.amount).to.equal('1234.50')
  })

  it('is told to the page when it changes by typing, never when the page sets it', () => {
    const page = createPage(donation)
    page.change({ amount: '30.00' })
    page.controller.type('40')
    page.controller.type('40.')
    page.controller.type('40.0')
    const changes = page.event<CoinslotChangeEvent>('coinslot-change')
    expect(changes.map(({ amount, currency }) => [amount, currency])).to.deep.equal([
      ['40.00', 'USD'],
      ['40.00', 'USD'],
    ])
  })

  for (const [currency, text, amount, words] of [
    ['JPY', '2500', '2500', 'Pay ¥2,500'],
    ['KWD', '2.500', '2.500', 'Pay KWD\u00a02.500'],
    ['CLF', '1.2345', '1.2345', 'Pay CLF\u00a01.2345'],
    ['ISK', '1500', '1500', 'Pay ISK\u00a01,500'],
    ['IQD', '1.5', '1.500', 'Pay IQD\u00a01.500'],
  ] as const) {
    it(`in ${currency} has the decimals that ISO 4217 gives it`, () => {
      const page = createPage({
        ...donation,
        currency,
        amount: undefined,
        minAmount: undefined,
        checkout: '',
        offer: offer({ currency, editable: true }),
      })
      page.controller.type(text)
      expect(page.controller.amount).to.equal(amount)
      expect(page.controller.say('pay')).to.equal(words)
    })
  }
})

describe('paying', () => {
  it('sends the amount that is shown, and only what the server knows', async () => {
    const page = createPage(
      { ...donation, clientReferenceId: 'c-1', description: 'A gift', offer: null },
      json(session({ amount: '12.50' }), 201),
    )
    page.controller.type('12.5')
    await page.controller.pay()
    const [request] = page.server.requests
    expect(request).to.include({ url: 'https://pay.shop.example/v1/sessions' })
    expect(request?.init).to.include({ method: 'POST', credentials: 'omit', redirect: 'error' })
    expect(request?.body).to.deep.equal({
      checkout: 'donation',
      amount: '12.50',
      clientReferenceId: 'c-1',
      locale: 'en-US',
    })
    expect(request?.key).to.match(/^[A-Za-z0-9_-]{22,255}$/)
    expect(page.left).to.deep.equal(['https://provider.example/pay/1'])
    expect(page.controller.state).to.equal('redirecting')
  })

  it('sends one request however often it is clicked', async () => {
    const page = createPage(donation, 'hang')
    void page.controller.pay()
    void page.controller.pay()
    expect(page.controller.state).to.equal('submitting')
    await page.controller.pay()
    expect(page.server.requests).to.have.length(1)
    expect(page.exits).to.equal(1)
  })

  it('sends one request when the page pays again in its own listener', async () => {
    const page = createPage(donation, 'hang')
    page.onEvent = () => void page.controller.pay()
    void page.controller.pay()
    expect(page.server.requests).to.have.length(1)
  })

  it('does nothing while disabled, loading or redirecting', async () => {
    const page = createPage({ ...donation, disabled: true }, json(session(), 201))
    await page.controller.pay()
    expect(page.server.requests).to.have.length(0)
    page.change({ disabled: false })
    await page.controller.pay()
    await page.controller.pay()
    expect(page.server.requests).to.have.length(1)
  })

  it('sends nothing when the page prevents it', async () => {
    const page = createPage(donation)
    page.prevents = 'coinslot-submit'
    await page.controller.pay()
    expect(page.controller.state).to.equal('idle')
    expect(page.server.requests).to.have.length(0)
    expect(page.exits).to.equal(0)
  })

  it('goes nowhere when the page prevents that', async () => {
    const page = createPage(donation, json(session(), 201))
    page.prevents = 'coinslot-redirect'
    await page.controller.pay()
    expect(page.controller.state).to.equal('idle')
    expect(page.left).to.have.length(0)
    expect(page.cancelled).to.equal(1)
  })

  it('is ready again at once where the payment page opened in another window', async () => {
    const page = createPage(donation, json(session(), 201))
    page.stays = true
    await page.controller.pay()
    expect(page.left).to.have.length(1)
    expect(page.controller.state).to.equal('idle')
  })

  it('is ready again where the payment page never came', async () => {
    const page = createPage(donation, json(session(), 201))
    await page.controller.pay()
    page.time.pass(30_000)
    expect(page.controller.state).to.equal('idle')
  })

  it('is ready again, with the amount kept, when the page comes back', async () => {
    const page = createPage(donation, json(session({ amount: '12.00' }), 201))
    page.controller.type('12')
    await page.controller.pay()
    page.controller.wake()
    expect(page.controller.state).to.equal('idle')
    expect(page.controller.amount).to.equal('12.00')
    await page.controller.pay()
    expect(page.server.requests[1]?.key).not.to.equal(page.server.requests[0]?.key)
  })

  it('is dropped in silence when the checkout leaves the page', async () => {
    const page = createPage(donation, 'hang')
    const paying = page.controller.pay()
    page.controller.disconnect()
    await paying
    expect(page.server.requests[0]?.init.signal?.aborted).to.equal(true)
    expect(page.event('coinslot-error')).to.have.length(0)
    expect(page.controller.state).to.equal('idle')
    expect(page.controller.error).to.equal(undefined)
    expect(page.cancelled).to.equal(1)
  })

  it('is dropped when a listener takes the checkout off the page', async () => {
    const page = createPage(donation, json(session(), 201))
    page.onEvent = () => page.controller.disconnect()
    await page.controller.pay()
    expect(page.server.requests).to.have.length(0)
    page.onEvent = (event) => event.type === 'coinslot-redirect' && page.controller.disconnect()
    await page.controller.pay()
    expect(page.left).to.have.length(0)
  })

  it('is taken back when the page changes the amount in the meantime', async () => {
    const page = createPage(donation, 'hang')
    const paying = page.controller.pay()
    page.change({ amount: '30.00' })
    await paying
    expect(page.controller.state).to.equal('idle')
    expect(page.event('coinslot-error')).to.have.length(0)
    expect(page.left).to.have.length(0)
  })

  it('takes the amount back to the beginning on reset', () => {
    const page = createPage(donation)
    page.controller.type('x')
    page.controller.leaveField()
    page.controller.reset()
    expect(page.controller.text).to.equal('25.00')
    expect(page.controller.error).to.equal(undefined)
  })
})

describe('an answer that is no good', () => {
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    'http://evil.example/',
    'http://localhost.evil.example/',
    'http://127.evil.example/',
    'https://a@b.example/',
    'https://a:b@c.example/',
    '//evil.example/',
    '/pay',
    '',
    null,
    undefined,
    1,
    ['https://x.example'],
  ]) {
    it(`never leads to ${JSON.stringify(url)}`, async () => {
      const page = createPage(donation, json(session({ redirectUrl: url }), 201))
      await page.controller.pay()
      expect(page.left).to.have.length(0)
      expect(page.event('coinslot-redirect')).to.have.length(0)
      expect(lastError(page).code).to.equal('redirect_refused')
      expect(page.controller.state).to.equal('idle')
    })
  }

  for (const url of ['http://localhost:8080/x', 'http://127.0.0.1/x', 'http://[::1]:8080/x']) {
    it(`may lead to ${url}`, async () => {
      const page = createPage(donation, json(session({ redirectUrl: url }), 201))
      await page.controller.pay()
      expect(page.left).to.deep.equal([url])
    })
  }

  for (const [name, reply] of Object.entries({
    'no JSON': new Response('<html>', { status: 201 }),
    'a proxy error': new Response('Bad Gateway', { status: 502 }),
    'JSON of another program': json({ message: 'Bad Gateway' }, 502),
    null: json(null, 201),
    'a list': json([1], 201),
    'a number': json(1, 500),
    'a session without id': json(session({ id: undefined }), 201),
    'a session whose id is a number': json(session({ id: 7 }), 201),
    'a session without currency': json(session({ currency: null }), 201),
    'a problem whose code is a number': json({ code: 1 }, 500),
    'a problem with a name of Object': problem('constructor', 500),
  })) {
    it(`that is ${name} is an error, and nothing is thrown`, async () => {
      const page = createPage(donation, reply)
      await page.controller.pay()
      expect(page.controller.state).to.equal('idle')
      expect(page.controller.error?.message).to.match(/^Something went wrong/)
      expect(page.event('coinslot-error')).to.have.length(1)
      expect(page.left).to.have.length(0)
    })
  }

  it('for another sum is shown and not paid', async () => {
    const page = createPage(
      { ...donation, editable: false },
      json(session({ amount: '30.00' }), 201),
    )
    await page.controller.pay()
    expect(page.left).to.have.length(0)
    expect(page.controller.error?.code).to.equal('terms_changed')
    expect(page.controller.error?.message).to.contain('$30.00')
    expect(page.controller.amount).to.equal('30.00')
  })

  it('in another currency is shown and not paid', async () => {
    const page = createPage(donation, json(session({ currency: 'EUR' }), 201))
    await page.controller.pay()
    expect(page.left).to.have.length(0)
    expect(page.controller.terms?.currency).to.equal('EUR')
    expect(page.controller.say('pay')).to.equal('Pay €25.00')
  })

  it('in another currency means asking what is offered: the page’s number is nobody’s choice', async () => {
    const page = createPage(
      { ...donation, currency: 'JPY', amount: '100' },
      json(session({ amount: '100.00' }), 201),
      json(checkoutTerms()),
    )
    await page.controller.pay()
    expect(page.left).to.have.length(0)
    expect(page.controller.terms).to.include({ currency: 'USD', amount: 2500n, editable: true })
    expect(page.controller.error?.message).to.contain('$25.00')
    expect(page.event('coinslot-error')).to.have.length(1)
  })

  it('that is a test is shown to be one, also where the page gave the terms', async () => {
    const page = createPage(donation, json(session({ test: true }), 201))
    expect(page.controller.isTest).to.equal(false)
    page.prevents = 'coinslot-redirect'
    await page.controller.pay()
    expect(page.controller.isTest).to.equal(true)
  })

  it('for another sum than was typed puts that sum into the field', async () => {
    const page = createPage(donation, json(session({ amount: '30.00' }), 201))
    page.controller.type('12')
    await page.controller.pay()
    expect(page.controller.text).to.equal('30.00')
  })

  it('that names another minimum is shown, with the field to mend', async () => {
    const reply = problem('amount_below_minimum', 422, {
      currency: 'USD',
      minAmount: '50.00',
      maxAmount: null,
    })
    const page = createPage(donation, reply)
    await page.controller.pay()
    expect(page.controller.error?.message).to.equal('The minimum is $50.00.')
    expect(page.controller.fault).to.equal('amount_below_minimum')
    expect(page.focused).to.equal(1)
    page.controller.type('60')
    expect(page.controller.fault).to.equal(undefined)
  })

  it('that fixes the amount takes the field away and shows the amount', async () => {
    const reply = problem('amount_not_editable', 422, {
      currency: 'USD',
      fractionDigits: 2,
      amount: '40.00',
    })
    const page = createPage(donation, reply, json(session({ amount: '40.00' }), 201))
    await page.controller.pay()
    expect(page.controller.terms?.editable).to.equal(false)
    expect(page.controller.error?.message).to.contain('$40.00')
    await page.controller.pay()
    expect(page.server.requests[1]?.body).to.include({ amount: '40.00' })
    expect(page.left).to.have.length(1)
  })

  for (const code of ['offer_expired', 'order_already_paid', 'rate_limited', 'provider_timeout']) {
    it(`with ${code} is said in words of its own`, async () => {
      const page = createPage(donation, problem(code, 422))
      await page.controller.pay()
      expect(page.controller.error?.message).not.to.match(/Something|_/)
      expect(lastError(page)).to.include({ code, requestId: 'r1' })
    })
  }

  it('is said in the words of the page where it gives some', async () => {
    const messages = { offer_expired: 'Too late!' }
    const page = createPage({ ...donation, messages }, problem('offer_expired', 422))
    await page.controller.pay()
    expect(lastError(page).message).to.equal('Too late!')
  })
})

describe('the idempotency key', () => {
  const keysOf = async (first: Response | Error | 'hang') => {
    const page = createPage(donation, first, 'hang')
    const paying = page.controller.pay()
    if (first === 'hang') page.time.pass(30_000)
    await paying
    const { retryable } = lastError(page)
    void page.controller.pay()
    return { retryable, keys: page.server.requests.map(({ key }) => key) }
  }

  for (const [name, reply] of Object.entries({
    'a lost connection': new TypeError('offline'),
    'a time-out': 'hang' as const,
    'a full queue': problem('rate_limited', 429),
    'a request that is still under way': problem('idempotency_in_progress', 409),
    'a failure that may be tried again': problem('provider_timeout', 504, { retryable: true }),
    'an answer that is not the server’s': new Response('Bad Gateway', { status: 502 }),
  })) {
    it(`is the same after ${name}`, async () => {
      const { keys, retryable } = await keysOf(reply)
      expect(keys[1]).to.equal(keys[0])
      expect(retryable).to.equal(true)
    })
  }

  for (const [name, reply] of Object.entries({
    'a failure that may not be tried again': problem('provider_rejected', 502, {
      retryable: false,
    }),
    'a refusal': problem('offer_invalid', 422),
    'an inner error': problem('internal', 500),
    'a session with a bad address': json(session({ redirectUrl: 'x' }), 201),
  })) {
    it(`is a new one after ${name}`, async () => {
      const { keys, retryable } = await keysOf(reply)
      expect(keys[1]).not.to.equal(keys[0])
      expect(retryable).to.equal(false)
    })
  }

  it('is a new one for another amount, since the server refuses an old key with another body', async () => {
    const page = createPage(donation, new TypeError('offline'))
    await page.controller.pay()
    page.controller.type('30')
    await page.controller.pay()
    expect(page.server.requests[1]?.key).not.to.equal(page.server.requests[0]?.key)
  })

  it('outlives a removal from the page in the middle of the request', async () => {
    const page = createPage(donation, 'hang')
    const paying = page.controller.pay()
    page.controller.disconnect()
    await paying
    page.controller.connect()
    void page.controller.pay()
    expect(page.server.requests[1]?.key).to.equal(page.server.requests[0]?.key)
  })
})
