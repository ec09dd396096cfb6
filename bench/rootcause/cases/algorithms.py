"""A classic function with one slip in it is a step among others; the steps after it stumble over its answer.

The idea is that of QuixBugs (Lin et al., 2017); the functions and their faults are our own.
"""

import heapq

from flight_recorder import FlightRecorder

fr = FlightRecorder()


@fr.register("numbers/read")
def read_numbers(text):
    return [int(part) for part in text.split()]


@fr.register("numbers/show")
def show(value):
    return f"= {value}"


# %% binary-search: the search never looks at the last place
# cause: search/binary
# error: TypeError
@fr.register("search/binary")
def binary(values, wanted):
    low, high = 0, len(values) - 1
    while low < high:  # fixed: while low <= high:
        middle = (low + high) // 2
        if values[middle] == wanted:
            return middle
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return None


@fr.register("search/sorted")
def in_order(values):
    return sorted(values)


@fr.register("search/rank")
def rank(place, count):
    return 100 * place // count


@fr.register("search/run")
def run(text, wanted):
    values = in_order(read_numbers(text))
    return show(rank(binary(values, wanted), len(values)))


fr.run(run, "7 3 9 1", 9)

# %% greatest-divisor: the recursion swaps its arguments and ends at zero
# cause: math/gcd
# error: ZeroDivisionError
@fr.register("math/gcd")
def gcd(a, b):
    while b:
        a, b = b, a % b
    return b  # fixed: return a


@fr.register("math/pair")
def pair(values):
    return max(values), min(values)


@fr.register("math/reduce")
def reduce(values, divisor):
    return [value // divisor for value in values]


@fr.register("math/run")
def run(text):
    values = read_numbers(text)
    large, small = pair(values)
    return show(reduce(values, gcd(large, small)))


fr.run(run, "84 36")

# %% flatten: lists in lists are put in whole
# cause: list/flatten
# error: TypeError
@fr.register("list/flatten")
def flatten(items):
    flat = []
    for item in items:
        if isinstance(item, list):
            flat.extend(item)  # fixed: flat.extend(flatten(item))
        else:
            flat.append(item)
    return flat


@fr.register("list/nest")
def nest(values):
    return [values[0], [values[1], [values[2], values[3]]]]


@fr.register("list/total")
def total(values):
    return sum(values)


@fr.register("list/run")
def run(text):
    values = read_numbers(text)
    return show(total(flatten(nest(values))))


fr.run(run, "1 2 3 4")

# %% merge-sorted: what is left of the longer list is dropped
# cause: sort/merge
# error: AssertionError
@fr.register("sort/merge")
def merge(left, right):
    merged, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged  # fixed: return merged + left[i:] + right[j:]


@fr.register("sort/halves")
def halves(values):
    middle = len(values) // 2
    return sorted(values[:middle]), sorted(values[middle:])


@fr.register("sort/check")
def check(merged, values):
    assert len(merged) == len(values), f"{len(merged)} of {len(values)} values are left"
    return merged


@fr.register("sort/run")
def run(text):
    values = read_numbers(text)
    left, right = halves(values)
    return show(check(merge(left, right), values))


fr.run(run, "5 2 8 1 9 3")

# %% levenshtein: the first row is left at zero, and the distance is too small
# cause: text/distance
# error: ValueError
@fr.register("text/distance")
def distance(one, other):
    row = [0] * (len(other) + 1)  # fixed: row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (letter != against))
    return row[-1]


@fr.register("text/words")
def words(text):
    return text.split("/")


@fr.register("text/likeness")
def likeness(edits, one, other):
    if edits < abs(len(one) - len(other)):
        raise ValueError(f"{edits} edits cannot turn {one} into {other}")
    return 1 - edits / max(len(one), len(other))


@fr.register("text/run")
def run(text):
    one, other = words(text)
    return show(likeness(distance(one, other), one, other))


fr.run(run, "a/abcd")

# %% topological-order: nodes without edges of their own are left out
# cause: graph/order
# error: KeyError
@fr.register("graph/order")
def order(edges):
    incoming = {source: 0 for source, _ in edges}  # fixed: incoming = {node: 0 for edge in edges for node in edge}
    for _, target in edges:
        if target in incoming:
            incoming[target] += 1
    ready, done = [node for node, count in incoming.items() if not count], []
    while ready:
        node = ready.pop(0)
        done.append(node)
        for source, target in edges:
            if source == node and target in incoming:
                incoming[target] -= 1
                if not incoming[target]:
                    ready.append(target)
    return {node: place for place, node in enumerate(done)}


@fr.register("graph/edges")
def edges_of(text):
    return [tuple(part.split(">")) for part in text.split()]


@fr.register("graph/goal")
def goal(text):
    return text[-1]


@fr.register("graph/position")
def position(places, node):
    return places[node]


@fr.register("graph/run")
def run(text):
    edges = edges_of(text)
    return show(position(order(edges), goal(text)))


fr.run(run, "a>b b>c a>c c>d")

# %% shortest-path: a longer way overwrites a shorter one
# cause: graph/shortest
# error: AssertionError
@fr.register("graph/shortest")
def shortest(roads, start):
    best, waiting = {start: 0}, [(0, start)]
    while waiting:
        so_far, place = heapq.heappop(waiting)
        for target, length in roads.get(place, {}).items():
            if target not in best or so_far + length > best[target]:  # fixed: if target not in best or so_far + length < best[target]:
                best[target] = so_far + length
                heapq.heappush(waiting, (so_far + length, target))
    return best


@fr.register("graph/roads")
def roads_of(text):
    roads = {}
    for part in text.split():
        source, target, length = part.split("-")
        roads.setdefault(source, {})[target] = int(length)
    return roads


@fr.register("graph/direct")
def direct(roads, start, end):
    return roads[start][end]


@fr.register("graph/saving")
def saving(ways, straight, end):
    assert ways[end] <= straight, f"the best way, {ways[end]}, is longer than the road, {straight}"
    return straight - ways[end]


@fr.register("graph/run")
def run(text, start, end):
    roads = roads_of(text)
    ways = shortest(roads, start)
    return show(saving(ways, direct(roads, start, end), end))


fr.run(run, "a-b-4 b-c-9 a-c-5", "a", "c")

# %% run-lengths: the last run is never written down
# cause: code/runs
# error: IndexError
@fr.register("code/runs")
def runs(text):
    found, current, count = [], text[0], 0
    for letter in text:
        if letter == current:
            count += 1
        else:
            found.append((current, count))
            current, count = letter, 1
    return found  # fixed: return [*found, (current, count)]


@fr.register("code/clean")
def clean(text):
    return text.strip().lower()


@fr.register("code/last")
def last(found):
    return found[-1][1]


@fr.register("code/run")
def run(text):
    return show(last(runs(clean(text))))


fr.run(run, " AAAA ")

# %% balanced-brackets: an opening bracket is taken from an empty stack
# cause: text/depth
# error: ValueError
@fr.register("text/depth")
def depth(text):
    open_now = deepest = 0
    for letter in text:
        open_now += {"(": 1, ")": -1, "[": 1}.get(letter, 0)  # fixed: open_now += {"(": 1, ")": -1, "[": 1, "]": -1}.get(letter, 0)
        deepest = max(deepest, open_now)
    return {"deepest": deepest, "left": open_now}


@fr.register("text/strip")
def strip(text):
    return "".join(letter for letter in text if letter in "()[]")


@fr.register("text/accept")
def accept(found, text):
    if found["left"]:
        raise ValueError(f"{found['left']} brackets are open at the end of {text}")
    return found["deepest"]


@fr.register("text/run")
def run(text):
    bare = strip(text)
    return show(accept(depth(bare), bare))


fr.run(run, "f(a[1], g(x))")

# %% knapsack: an item is put in more than once
# cause: pack/best
# error: AssertionError
@fr.register("pack/best")
def best(items, room):
    value = [0] * (room + 1)
    for weight, worth in items:
        for space in range(weight, room + 1):  # fixed: for space in range(room, weight - 1, -1):
            value[space] = max(value[space], value[space - weight] + worth)
    return value[room]


@fr.register("pack/items")
def items_of(values):
    return [(value, value * 10) for value in values]


@fr.register("pack/most")
def most(items):
    return sum(worth for _, worth in items)


@fr.register("pack/check")
def check(found, limit):
    assert found <= limit, f"{found} is more than all items together, {limit}"
    return found


@fr.register("pack/run")
def run(text, room):
    items = items_of(read_numbers(text))
    return show(check(best(items, room), most(items)))


fr.run(run, "2 3", 12)

# %% quicksort: values equal to the pivot are lost
# cause: sort/quick
# error: AssertionError
def quick(values):
    if not values:
        return []
    pivot = values[0]
    return quick([v for v in values[1:] if v < pivot]) + [pivot] + quick([v for v in values[1:] if v > pivot])  # fixed: return quick([v for v in values[1:] if v < pivot]) + [pivot] + quick([v for v in values[1:] if v >= pivot])


@fr.register("sort/quick")
def quick_step(values):
    return quick(values)


@fr.register("sort/median")
def median(values, count):
    assert count == len(values), f"{count} values went in, {len(values)} came out"
    return values[count // 2]


@fr.register("sort/count")
def count_of(values):
    return len(values)


@fr.register("sort/run")
def run(text):
    values = read_numbers(text)
    return show(median(quick_step(values), count_of(values)))


fr.run(run, "4 1 4 2")

# %% to-base: digits come in the wrong order, and reading them back finds another number
# cause: base/write
# error: ValueError
@fr.register("base/write")
def write(number, base):
    digits = ""
    while number:
        digits = digits + "0123456789abcdef"[number % base]  # fixed: digits = "0123456789abcdef"[number % base] + digits
        number //= base
    return digits


@fr.register("base/first")
def first(values):
    return values[0]


@fr.register("base/verify")
def verify(text, base, number):
    if int(text, base) != number:
        raise ValueError(f"{text} is not {number}")
    return text


@fr.register("base/run")
def run(text, base):
    number = first(read_numbers(text))
    return show(verify(write(number, base), base, number))


fr.run(run, "37", 2)

# %% powerset: the subsets lack the empty one, and a lookup fails
# cause: sets/subsets
# error: KeyError
@fr.register("sets/subsets")
def subsets(values):
    found = [[]]
    for value in values:
        found = [[*subset, value] for subset in found]  # fixed: found = found + [[*subset, value] for subset in found]
    return found


@fr.register("sets/sums")
def sums(found):
    return {sum(subset): subset for subset in found}


@fr.register("sets/goal")
def goal(values):
    return values[0]


@fr.register("sets/pick")
def pick(table, wanted):
    return table[wanted]


@fr.register("sets/run")
def run(text):
    values = read_numbers(text)
    return show(pick(sums(subsets(values)), goal(values)))


fr.run(run, "3 5 9")

# %% sieve: multiples are crossed out from the number itself
# cause: primes/sieve
# error: IndexError
@fr.register("primes/sieve")
def sieve(limit):
    prime = [True] * (limit + 1)
    for number in range(2, limit + 1):
        for multiple in range(number, limit + 1, number):  # fixed: for multiple in range(2 * number, limit + 1, number):
            prime[multiple] = False
    return [number for number in range(2, limit + 1) if prime[number]]


@fr.register("primes/limit")
def limit_of(values):
    return max(values)


@fr.register("primes/largest")
def largest(primes):
    return primes[-1]


@fr.register("primes/run")
def run(text):
    return show(largest(sieve(limit_of(read_numbers(text)))))


fr.run(run, "10 30")

# %% longest-common: the two lengths are mixed up, and the answer is None
# cause: text/common
# error: TypeError
@fr.register("text/common")
def common(one, other):
    best = None
    for i in range(len(one)):
        for j in range(i + 2, len(one)):  # fixed: for j in range(i + 1, len(one) + 1):
            part = one[i:j]
            if part in other and (best is None or len(part) > len(best)):
                best = part
    return best


@fr.register("text/pair")
def pair(text):
    return text.split("|")


@fr.register("text/share")
def share(part, whole):
    return len(part) / len(whole)


@fr.register("text/run")
def run(text):
    one, other = pair(text)
    return show(share(common(one, other), other))


fr.run(run, "abx|zzbx")

# %% moving-average: the window begins one value too late
# cause: stats/moving
# error: ZeroDivisionError
@fr.register("stats/moving")
def moving(values, width):
    return [sum(values[i + 1 : i + width]) / width for i in range(len(values) - width + 1)]  # fixed: return [sum(values[i : i + width]) / width for i in range(len(values) - width + 1)]


@fr.register("stats/width")
def width_of(values):
    return 2


@fr.register("stats/growth")
def growth(means):
    return means[-1] / means[0]


@fr.register("stats/run")
def run(text):
    values = read_numbers(text)
    return show(growth(moving(values, width_of(values))))


fr.run(run, "4 0 6 8")
