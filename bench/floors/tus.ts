/** The upload server that most people would take instead. It does not sync what it stores. */
import { createServer } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { ownFolder, serve } from './serve.ts'

const tus = new Server({ path: '/files', datastore: new FileStore({ directory: ownFolder() }) })

serve(createServer((request, response) => tus.handle(request, response)))
