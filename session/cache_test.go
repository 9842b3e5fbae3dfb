package session

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func one(int) int64 { return 1 }

func TestCacheComputesOnceForAll(t *testing.T) {
	c := newCache[string](10, one)
	var made atomic.Int32
	release := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, err := c.get(context.Background(), "k", func(context.Context) (int, error) {
				<-release
				return int(made.Add(1)), nil
			})
			if v != 1 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		})
	}
	close(release)
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("computed %d times", made.Load())
	}
}

func TestCacheKeepsWithinItsBudget(t *testing.T) {
	c := newCache[int](3, func(v int) int64 { return int64(v) })
	get := func(key, size int) {
		if _, err := c.get(context.Background(), key, func(context.Context) (int, error) { return size, nil }); err != nil {
			t.Fatal(err)
		}
	}
	get(1, 1)
	get(2, 1)
	get(1, 1) // used again: 2 is now the oldest
	get(3, 2)
	get(4, 9) // larger than the cache: returned and not kept
	if _, ok := c.entries[2]; ok || len(c.entries) != 2 || c.used != 3 {
		t.Errorf("%d entries, %d used", len(c.entries), c.used)
	}
}

func TestCacheForgetsFailures(t *testing.T) {
	c := newCache[string](3, one)
	failed := errors.New("no")
	if _, err := c.get(context.Background(), "k", func(context.Context) (int, error) { return 0, failed }); !errors.Is(err, failed) {
		t.Fatalf("got %v", err)
	}
	if v, err := c.get(context.Background(), "k", func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

// Who waits for a computation must not fail because its own caller left.
func TestCacheOutlivesItsFirstCaller(t *testing.T) {
	c := newCache[string](3, one)
	ctx, leave := context.WithCancel(context.Background())
	started, waiting := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = c.get(ctx, "k", func(ctx context.Context) (int, error) {
			close(started)
			<-waiting
			<-ctx.Done()
			return 0, ctx.Err()
		})
	}()
	<-started
	result := make(chan int)
	go func() {
		v, _ := c.get(context.Background(), "k", func(context.Context) (int, error) { return 7, nil })
		result <- v
	}()
	close(waiting)
	leave()
	if v := <-result; v != 7 {
		t.Errorf("got %d", v)
	}
}

func TestCachePassesOnAPanic(t *testing.T) {
	c := newCache[string](3, one)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = c.get(context.Background(), "k", func(context.Context) (int, error) { panic("no") })
	}()
	if v, err := c.get(context.Background(), "k", func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}
