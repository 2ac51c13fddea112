export { failures, reasons, states, removalReasons } from '../en/codes.ts'
