package seal

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sort"
)

// Length of a hash: four bytes that name the key and sixteen of HMAC-SHA256, in hex.
const (
	hashBytes = 16
	HashChars = 2 * (4 + hashBytes)
)

// Hash is the keyed hash that value is recognised by, 40 hex digits: the first eight name the key.
// The same value has another hash for each purpose ("phone", "conversation"), so that two tables
// cannot be joined by it. It needs the keys to compute, so a list of all numbers does not undo it.
func (k *Keys) Hash(purpose, value string) string {
	return k.hash(k.index.PrimaryID, purpose, value)
}

// Hashes are the hashes of value under every key of the keyset, the newest first: look a value up by
// all of them as long as not every row was hashed again after a rotation.
func (k *Keys) Hashes(purpose, value string) []string {
	ids := make([]uint32, 0, len(k.index.PRFs))
	for id := range k.index.PRFs {
		if id != k.index.PrimaryID {
			ids = append(ids, id)
		}
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	all := append(make([]string, 0, len(ids)+1), k.Hash(purpose, value))
	for _, id := range ids {
		all = append(all, k.hash(id, purpose, value))
	}
	return all
}

// CurrentHash says whether a hash was made with the newest key.
func (k *Keys) CurrentHash(hash string) bool {
	id, err := hex.DecodeString(hash[:min(len(hash), 8)])
	return err == nil && len(id) == 4 && binary.BigEndian.Uint32(id) == k.index.PrimaryID
}

func (k *Keys) hash(id uint32, purpose, value string) string {
	input := make([]byte, 0, 64)
	input = append(append(append(input, purpose...), 0), value...)
	sum, err := k.index.PRFs[id].ComputePRF(input, hashBytes)
	if err != nil { // cannot happen: HMAC-SHA256 has 32 bytes to give
		panic(fmt.Sprintf("seal: hash: %v", err))
	}
	out := make([]byte, 4, 4+hashBytes)
	binary.BigEndian.PutUint32(out, id)
	return hex.EncodeToString(append(out, sum...))
}

// keyID is the key that sealed bytes name: a one and four bytes stand before them.
func keyID(sealed []byte) (uint32, bool) {
	if len(sealed) < 5 || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:5]), true
}
