/** A preload that does what no code should: it drops a rejection on the floor, once the worker is up. */
setTimeout(() => void Promise.reject(new Error('nobody caught this')), 2500)
