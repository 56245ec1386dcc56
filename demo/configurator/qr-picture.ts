/** A QR code as a picture; loaded when one is first looked at. */
import { encode } from 'uqr'

const SVG = 'http://www.w3.org/2000/svg'

/** Dark on light in either colour scheme: half of the readers take nothing else. */
export function qrPicture(text: string): SVGElement {
  const { data, size } = encode(text, { border: 3, ecc: 'L' })
  const picture = document.createElementNS(SVG, 'svg')
  picture.setAttribute('viewBox', `0 0 ${size} ${size}`)
  picture.setAttribute('role', 'img')
  picture.setAttribute('aria-label', 'QR code of the link')
  const ground = document.createElementNS(SVG, 'path')
  ground.setAttribute('fill', '#fff')
  ground.setAttribute('d', `M0 0h${size}v${size}H0z`)
  const modules = document.createElementNS(SVG, 'path')
  modules.setAttribute('fill', '#000')
  modules.setAttribute(
    'd',
    data.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : ''))).join(''),
  )
  picture.append(ground, modules)
  return picture
}
