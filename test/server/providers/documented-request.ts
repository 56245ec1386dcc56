/** Judges requests by the JSON Schema that a provider has documented. */
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import type { FakeRequest } from './fake-provider.ts'

const ajv = new Ajv({ allowUnionTypes: true, allErrors: true })
formats.default(ajv)
ajv.addVocabulary(['example'])

/** What is wrong with a request; undefined where it is as documented. */
export type Judge = (request: FakeRequest) => string | undefined

/** @param schema closed, so that a field that it does not have is a mistake and not an extension */
export function createJudge(schema: object): Judge {
  const isValid = ajv.compile(schema)
  return ({ headers, body }) => {
    if (headers['content-type'] !== 'application/json') return 'the content type is not JSON'
    return isValid(body) ? undefined : ajv.errorsText(isValid.errors)
  }
}
