// Says in plain words that the server cannot be reached, also above a request that is on screen.

import { at, write } from './dom.js';

const LOST = 'No connection to the server, trying again. New requests cannot be seen meanwhile; codes still work.';
const LOST_WHILE_ASKED = 'No connection to the server, trying again. An answer cannot be sent meanwhile.';

export class Connection {
  constructor() {
    this.lost = new Set(); // ids of accounts whose server does not answer
  }

  update(accountId, isLost) {
    if (isLost) this.lost.add(accountId);
    else this.lost.delete(accountId);
    write(at('connection'), this.lost.size ? LOST : '');
    write(at('request-connection'), this.lost.size ? LOST_WHILE_ASKED : '');
  }
}
