// Says in plain words that the server cannot be reached, also above a request that is on screen.

import { at, write } from './dom.js';
import { text } from './texts.js';

export class Connection {
  constructor() {
    this.lost = new Set(); // ids of accounts whose server does not answer
  }

  update(accountId, isLost) {
    if (isLost) this.lost.add(accountId);
    else this.lost.delete(accountId);
    write(at('connection'), this.lost.size ? text('lost') : '');
    write(at('request-connection'), this.lost.size ? text('lost_while_asked') : '');
  }
}
