import { describe, expect, it } from 'vitest'
import { ownSessionIn } from '../../../server/providers/own-session.ts'
import { newSessionId } from '../../../server/session.ts'

const id = newSessionId(new Date())

describe('our own session in what a provider tells back', () => {
  it.each([
    ['nothing', []],
    ['no text', [null, undefined, 42, { sessionId: id }]],
    ["a merchant's reference", ['A-1042']],
    ['more than an id', [`${id} and more`]],
    ['an id that is none of ours', ['cs_1']],
    ['a URL without it', ['https://shop.example/thanks?session=1']],
    ['a URL with another text', ['https://shop.example/thanks?coinslot_session=../admin']],
  ])('is not found in %s', (_, told) => {
    expect(ownSessionIn(...told)).toBeUndefined()
  })

  it.each([
    ['the reference', [id]],
    ['a return URL', [`https://shop.example/thanks?a=b&coinslot_session=${id}#paid`]],
    ['the second of them', [null, 'A-1042', id]],
  ])('is found in %s', (_, told) => {
    expect(ownSessionIn(...told)).toEqual({ sessionId: id })
  })

  it('is the one that was added to the URL, where the merchant has one in it, too', () => {
    const other = newSessionId(new Date())
    const url = `https://shop.example/thanks?coinslot_session=${other}&coinslot_session=${id}`
    expect(ownSessionIn(url)).toEqual({ sessionId: id })
  })
})
