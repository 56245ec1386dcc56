/** The sample for a page without script: a form that the server answers with the way to the payment page. */
import { quoteHtml, type Tag, type Terms } from './sample.ts'

export function formSample({ attributes, server }: Tag, { amount, editable }: Terms): string {
  const given = new Map(attributes)
  const checkout = given.get('checkout')
  const action = `${server}/pay${checkout === undefined ? '' : `/${encodeURIComponent(checkout)}`}`
  const offer = given.get('offer')
  const lines = [
    // An amount is written here as a program writes it: with a point.
    ...(editable
      ? [
          '<label for="amount">Amount</label>',
          `<input id="amount" name="amount" inputmode="decimal" value="${quoteHtml(amount ?? '')}" required>`,
          '<input type="hidden" name="locale" value="en">',
        ]
      : []),
    ...(offer === undefined
      ? []
      : [`<input type="hidden" name="offer" value="${quoteHtml(offer)}">`]),
    '<button>Pay</button>',
  ]
  return `<form method="post" action="${quoteHtml(action)}">
${lines.map((line) => `  ${line}`).join('\n')}
</form>
`
}
