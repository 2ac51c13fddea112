import { join } from 'node:path'
import { API_DOCS } from './layout.ts'
import { loadFiles, type Page } from './page.ts'
import { PLAIN_PAGE_HEADERS } from './security-headers.ts'

/** Reads the page of the API and the documents that it shows. */
export function loadApiDocs(): Promise<Page> {
  const documents = ['edge', 'worker'].map((name) => join(API_DOCS, `${name}.openapi.json`))
  return loadFiles(join(API_DOCS, 'page'), documents, PLAIN_PAGE_HEADERS)
}
