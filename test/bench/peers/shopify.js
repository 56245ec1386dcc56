/** Shopify's Buy Button, for one product of a shop that the benchmark stands for. */
import ShopifyBuy from '@shopify/buy-button-js'

const client = ShopifyBuy.buildClient({
  domain: 'shop.example',
  storefrontAccessToken: 'benchmark',
})
ShopifyBuy.UI.init(client).createComponent('product', {
  id: '1',
  node: document.querySelector('#pay'),
})
