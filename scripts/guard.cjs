// biome-ignore-all lint/style/useNodejsImportProtocol: the oldest Nodes do not know it
// biome-ignore-all lint/suspicious/noVar: nor const
// biome-ignore-all lint/style/useTemplate: nor templates
// Old JavaScript on purpose: it has to run, and to explain, on whatever Node there is.
'use strict'

var exists = require('fs').existsSync

var NEEDED = 24
var ROOT = __dirname + '/..'
var PINNED = ROOT + '/node_modules/node/bin/node'

function explain() {
  if (!exists(ROOT + '/node_modules/commander')) {
    return 'The packages that wopikit needs are not installed. Run "npm ci" first.'
  }
  if (parseInt(process.versions.node, 10) >= NEEDED) return ''
  var problem =
    'wopikit needs Node.js ' + NEEDED + ' or newer, and this is ' + process.versions.node + '.\n'
  if (exists(PINNED)) {
    return problem + 'The right one is in node_modules: start through npm, such as "npm start".'
  }
  return (
    problem +
    'The package "node" brings the right one, but its install script did not run. Mend it with\n' +
    '  npm rebuild node --ignore-scripts=false'
  )
}

var message = explain()
if (message !== '') {
  console.error(message)
  process.exit(1)
}
