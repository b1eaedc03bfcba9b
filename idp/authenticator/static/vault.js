// The accounts of this phone, and sources of codes of other services, kept in IndexedDB with keys
// that can be used but not read.

const NAME = 'tallystick-authenticator';
const VERSION = 2;
const ACCOUNTS = 'accounts';
const TOKENS = 'tokens';

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function openVault() {
  const opening = indexedDB.open(NAME, VERSION);
  opening.onupgradeneeded = () => {
    for (const store of [ACCOUNTS, TOKENS]) {
      if (!opening.result.objectStoreNames.contains(store)) {
        opening.result.createObjectStore(store, { keyPath: 'id' });
      }
    }
  };
  const database = await settled(opening);
  database.onversionchange = () => database.close(); // a newer version of this page needs it
  return { accounts: new Shelf(database, ACCOUNTS), tokens: new Shelf(database, TOKENS) };
}

class Shelf {
  constructor(database, store) {
    Object.assign(this, { database, store });
  }

  async all() {
    const kept = await settled(this.#open('readonly').getAll());
    return kept.sort((one, other) => one.added - other.added);
  }

  put(value) {
    return settled(this.#open('readwrite').put(value));
  }

  remove(id) {
    return settled(this.#open('readwrite').delete(id));
  }

  #open(mode) {
    const options = { durability: 'strict' };
    return this.database.transaction(this.store, mode, options).objectStore(this.store);
  }
}
