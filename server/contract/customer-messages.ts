/** The texts of the fields in which a buyer says who he is, in English; no text has a place to fill in. */

export const customerMessages = {
  firstName: 'First name',
  lastName: 'Last name',
  email: 'Email address',
  phone: 'Phone number',
  billingAddress: 'Billing address',
  shippingAddress: 'Delivery address',
  sameAddress: 'Deliver to the billing address',
  line1: 'Street and house number',
  line2: 'Apartment, floor or company',
  city: 'City',
  state: 'State or region',
  postalCode: 'Postal code',
  country: 'Country or region',
  chooseCountry: 'Please choose',
  optional: 'optional',

  name_required: 'Please enter your name.',
  email_required: 'Please enter your email address.',
  email_malformed: 'Please write the email address like name@example.com.',
  phone_required: 'Please enter your phone number.',
  phone_malformed: 'Please write the phone number in digits, like +1 202 555 0100.',
  line1_required: 'Please enter the street and house number.',
  city_required: 'Please enter the city.',
  country_required: 'Please choose a country or region.',
  text_malformed: 'This cannot be taken as it is. Please write it in another way.',

  customer_invalid: 'Please look at the fields that are marked.',
  customer_required: 'The shop needs to know more before you can pay. You have not been charged.',
}

export type CustomerMessages = Readonly<Record<keyof typeof customerMessages, string>>
