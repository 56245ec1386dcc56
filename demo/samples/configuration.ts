/** The server's configuration that goes with the tag: the same terms, kept where no buyer can change them. */

const SHOP = 'https://shop.example'

export function configurationSample(checkout: string, terms: object): string {
  const returnUrls = { successUrl: `${SHOP}/thanks`, cancelUrl: `${SHOP}/` }
  const configuration = {
    publicUrl: 'https://pay.shop.example',
    origins: [SHOP],
    providers: { sandbox: {} },
    checkouts: { [checkout]: { ...terms, ...returnUrls } },
  }
  return `${JSON.stringify(configuration, null, 2)}\n`
}
