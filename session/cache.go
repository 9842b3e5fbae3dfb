package session

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// cache keeps what was computed, least recently used out first, within a budget
// of bytes (or of whatever size counts). Concurrent calls for one key compute
// once. An entry larger than the whole budget is returned and not kept.
type cache[K comparable, V any] struct {
	budget int64
	size   func(V) int64

	mu      sync.Mutex
	used    int64
	entries map[K]*list.Element // of *cached[K, V], front is the newest
	order   *list.List
	running map[K]*run[V]
}

type cached[K comparable, V any] struct {
	key   K
	value V
	size  int64
}

// run is a computation that others may wait for.
type run[V any] struct {
	done  chan struct{}
	value V
	err   error
}

func newCache[K comparable, V any](budget int64, size func(V) int64) *cache[K, V] {
	return &cache[K, V]{budget: budget, size: size, entries: map[K]*list.Element{}, order: list.New(), running: map[K]*run[V]{}}
}

// get returns the value of key, made by compute if it is not there. A computation
// that failed because its own caller left is started anew by who waits for it.
func (c *cache[K, V]) get(ctx context.Context, key K, compute func(context.Context) (V, error)) (V, error) {
	for {
		c.mu.Lock()
		if e, ok := c.entries[key]; ok {
			c.order.MoveToFront(e)
			value := e.Value.(*cached[K, V]).value
			c.mu.Unlock()
			return value, nil
		}
		r, ok := c.running[key]
		if !ok {
			r = &run[V]{done: make(chan struct{})}
			c.running[key] = r
			c.mu.Unlock()
			c.finish(key, r, func() (V, error) { return compute(ctx) })
			return r.value, r.err
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		case <-r.done:
		}
		if !errors.Is(r.err, context.Canceled) && !errors.Is(r.err, context.DeadlineExceeded) {
			return r.value, r.err
		}
	}
}

// finish computes and publishes; a panic is passed on to the caller and an error
// to who waits.
func (c *cache[K, V]) finish(key K, r *run[V], compute func() (V, error)) {
	r.err = errors.New("session: a computation panicked")
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.running, key)
		if r.err == nil {
			c.keep(key, r.value)
		}
		close(r.done)
	}()
	r.value, r.err = compute()
}

func (c *cache[K, V]) keep(key K, value V) {
	size := c.size(value)
	if size > c.budget {
		return
	}
	c.entries[key] = c.order.PushFront(&cached[K, V]{key, value, size})
	c.used += size
	for c.used > c.budget {
		oldest := c.order.Back()
		e := oldest.Value.(*cached[K, V])
		c.order.Remove(oldest)
		delete(c.entries, e.key)
		c.used -= e.size
	}
}
