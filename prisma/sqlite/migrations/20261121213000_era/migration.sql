-- Nothing: a file has one writer, so its events are numbered in the order of their commits, wherever it is copied to.
SELECT 1;
