// The accounts of this phone, kept in IndexedDB with keys that can be used but not read.

const NAME = 'tallystick-authenticator';
const STORE = 'accounts';

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function openVault() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
  return new Vault(await settled(opening));
}

class Vault {
  constructor(database) {
    this.database = database;
  }

  async all() {
    const accounts = await settled(this.#accounts('readonly').getAll());
    return accounts.sort((one, other) => one.added - other.added);
  }

  put(account) {
    return settled(this.#accounts('readwrite').put(account));
  }

  remove(id) {
    return settled(this.#accounts('readwrite').delete(id));
  }

  #accounts(mode) {
    return this.database.transaction(STORE, mode, { durability: 'strict' }).objectStore(STORE);
  }
}
