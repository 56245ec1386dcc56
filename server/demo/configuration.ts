/** What the server runs when it was given no configuration: samples that cost nobody anything. */

export const demoConfiguration = {
  providers: { sandbox: {} },
  checkouts: {
    donation: {
      provider: 'sandbox',
      currency: 'USD',
      amount: '25.00',
      editable: true,
      minAmount: '5.00',
      maxAmount: '5000.00',
      presets: ['10.00', '25.00', '100.00'],
      description: 'Support the city library',
      successUrl: '/return.html',
      cancelUrl: '/return.html',
    },
    mug: {
      provider: 'sandbox',
      currency: 'EUR',
      amount: '19.90',
      description: 'Enamel mug, hand-made',
      successUrl: '/return.html',
      cancelUrl: '/return.html',
    },
    'reading-room': {
      provider: 'sandbox',
      currency: 'USD',
      amount: '25.00',
      editable: true,
      minAmount: '5.00',
      presets: ['10.00', '25.00', '50.00', '100.00'],
      description: 'Sunday hours in the reading room',
      successUrl: '/donate',
      cancelUrl: '/donate',
    },
    tip: {
      provider: 'sandbox',
      currency: 'JPY',
      amount: '500',
      editable: true,
      minAmount: '100',
      description: 'A tip for the band',
      successUrl: '/return.html',
      cancelUrl: '/return.html',
    },
  },
} as const
