"""Classic algorithms with a bug in one line, each a step among others: after the idea of Lin et al., "QuixBugs", SPLASH 2017."""

from flight_recorder import FlightRecorder

fr = FlightRecorder()


@fr.register("load_numbers")
def load_numbers(source):
    return [31, 4, 15, 92, 65, 35, 89, 79]

@fr.register("label_source")
def label_source(source):
    return {"source": source, "unit": None, "scale": 1}

@fr.register("expect_equal")
def expect_equal(found, expected):
    assert found == expected, f"{found} is not {expected}"
    return found


# %% binary-search: the right half is never reached
# cause: find_position
# error: AssertionError
@fr.register("sort_numbers")
def sort_numbers(numbers):
    return sorted(numbers)

@fr.register("find_position")
def find_position(ordered, wanted):
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] == wanted:
            return middle
        if ordered[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1  # fixed: high = middle
    return -1

@fr.register("locate")
def locate(source, wanted):
    ordered = sort_numbers(load_numbers(source))
    position = find_position(ordered, wanted)
    label = label_source(source)
    return label["scale"] * expect_equal(position, sum(each < wanted for each in ordered))

fr.run(locate, "lab", 35)


# %% greatest-divisor: Euclid's arguments change places, the recursion does not end
# cause: gcd
# error: RecursionError
@fr.register("frame_rates")
def frame_rates(video):
    return (30000, 1001)

@fr.register("gcd")
def gcd(a, b):
    def divide(a, b):
        return a if b == 0 else divide(a % b, b)  # fixed: return a if b == 0 else divide(b, a % b)
    return divide(a, b)

@fr.register("reduce_rate")
def reduce_rate(rate, divisor):
    return (rate[0] // divisor, rate[1] // divisor)

@fr.register("describe_video")
def describe_video(video):
    rate = frame_rates(video)
    label = label_source(video)
    return label["source"], reduce_rate(rate, gcd(rate[0], rate[1]))

fr.run(describe_video, "clip.mov")


# %% quicksort: equal numbers are lost
# cause: quicksort
# error: AssertionError
@fr.register("read_temperatures")
def read_temperatures(station):
    return [21, 19, 24, 19, 22, 24]

@fr.register("quicksort")
def quicksort(values):
    def sort(values):
        if not values:
            return []
        pivot, *rest = values
        return [*sort([v for v in rest if v < pivot]), pivot, *sort([v for v in rest if v > pivot])]  # fixed: return [*sort([v for v in rest if v < pivot]), pivot, *sort([v for v in rest if v >= pivot])]
    return sort(values)

@fr.register("count_readings")
def count_readings(values):
    return len(values)

@fr.register("median_day")
def median_day(station):
    values = read_temperatures(station)
    ordered = quicksort(values)
    expect_equal(count_readings(ordered), len(values))
    return ordered[len(ordered) // 2]

fr.run(median_day, "alp")


# %% mergesort: the rest of the first half is forgotten
# cause: merge
# error: IndexError
@fr.register("halves")
def halves(numbers):
    middle = len(numbers) // 2
    return {"left": sorted(numbers[:middle]), "right": sorted(numbers[middle:])}

@fr.register("merge")
def merge(parts):
    left, right, merged = list(parts["left"]), list(parts["right"]), []
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + right  # fixed: return merged + left + right

@fr.register("percentile")
def percentile(ordered, count, share):
    return ordered[int(count * share)]

@fr.register("latency_report")
def latency_report(source):
    numbers = load_numbers(source)
    label = label_source(source)
    ordered = merge(halves(numbers))
    return {"p90": percentile(ordered, len(numbers), 0.9), "unit": label["unit"]}

fr.run(latency_report, "gateway")


# %% knapsack: a weight that fits exactly is not taken
# cause: knapsack
# error: ValueError
@fr.register("load_cargo")
def load_cargo(truck):
    return [{"weight": 60, "value": 100}, {"weight": 40, "value": 120}, {"weight": 20, "value": 30}]

@fr.register("capacity_of")
def capacity_of(truck):
    return 100

@fr.register("knapsack")
def knapsack(cargo, capacity):
    best = [0] * (capacity + 1)
    for item in cargo:
        for room in range(capacity, 0, -1):
            if item["weight"] < room:  # fixed: if item["weight"] <= room:
                best[room] = max(best[room], best[room - item["weight"]] + item["value"])
    return best[capacity]

@fr.register("least_value")
def least_value(truck):
    return 200

@fr.register("plan_load")
def plan_load(value, least):
    if value < least:
        raise ValueError(f"a load worth {value} does not pay, {least} is the least")
    return value

@fr.register("load_truck")
def load_truck(truck):
    value = knapsack(load_cargo(truck), capacity_of(truck))
    return plan_load(value, least_value(truck))

fr.run(load_truck, "LKW-3")


# %% levenshtein: an equal letter costs one
# cause: edit_distance
# error: LookupError
@fr.register("known_names")
def known_names(list_name):
    return ["Meyer", "Schulze", "Novak"]

@fr.register("edit_distance")
def edit_distance(one, other):
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            cost = 1 if a == b else 1  # fixed: cost = 0 if a == b else 1
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + cost)
    return row[-1]

@fr.register("closest")
def closest(distances):
    near = {name: distance for name, distance in distances.items() if distance <= 2}
    if not near:
        raise LookupError(f"no name is near: {distances}")
    return min(near, key=near.get)

@fr.register("match_name")
def match_name(name, list_name):
    distances = {known: edit_distance(name, known) for known in known_names(list_name)}
    return closest(distances)

fr.run(match_name, "Meier", "clients")


# %% flatten: nested lists are given out as lists
# cause: flatten
# error: TypeError
@fr.register("load_nested")
def load_nested(form):
    return [3, [4, [5]], 6, []]

@fr.register("flatten")
def flatten(nested):
    def walk(items):
        for item in items:
            if isinstance(item, list):
                yield from item  # fixed: yield from walk(item)
            else:
                yield item
    return list(walk(nested))

@fr.register("weights")
def weights(form):
    return [1, 1, 2, 0.5]

@fr.register("weighted_sum")
def weighted_sum(values, factors):
    return sum(value / factor for value, factor in zip(values, factors))

@fr.register("score_form")
def score_form(form):
    return weighted_sum(flatten(load_nested(form)), weights(form))

fr.run(score_form, "F-2")


# %% shortest-path: the sum of a path is not kept, only its last edge
# cause: shortest_paths
# error: ValueError
ROADS = {"depot": {"north": 4, "east": 1}, "east": {"north": 2}, "north": {"farm": 5}, "farm": {}}

@fr.register("load_roads")
def load_roads(region):
    return ROADS

@fr.register("shortest_paths")
def shortest_paths(roads, start):
    import heapq
    distance, heap = {}, [(0, start)]
    while heap:
        far, place = heapq.heappop(heap)
        if place in distance:
            continue
        distance[place] = far
        for neighbour, length in roads[place].items():
            heapq.heappush(heap, (length, neighbour))  # fixed: heapq.heappush(heap, (far + length, neighbour))
    return distance

@fr.register("fuel_used")
def fuel_used(distances, target):
    return distances[target] * 0.5

@fr.register("measured_fuel")
def measured_fuel(tour):
    return 4.0

@fr.register("compare_fuel")
def compare_fuel(reckoned, measured):
    if abs(reckoned - measured) > 1:
        raise ValueError(f"{measured} l were used, {reckoned} l were reckoned")
    return measured - reckoned

@fr.register("audit_tour")
def audit_tour(tour, target):
    reckoned = fuel_used(shortest_paths(load_roads("west"), "depot"), target)
    return compare_fuel(reckoned, measured_fuel(tour))

fr.run(audit_tour, "T-1", "farm")


# %% topological-order: a task is ready when one of its needs is met
# cause: order_tasks
# error: RuntimeError
@fr.register("load_tasks")
def load_tasks(project):
    return {"build": [], "deploy": ["build", "test"], "test": ["build"], "docs": []}

@fr.register("order_tasks")
def order_tasks(tasks):
    order = []
    while len(order) < len(tasks):
        for name, needs in tasks.items():
            if name not in order and (not needs or any(need in order for need in needs)):  # fixed: if name not in order and all(need in order for need in needs):
                order.append(name)
    return order

@fr.register("running_workers")
def running_workers(project):
    return 0

@fr.register("execute")
def execute(order, tasks, workers):
    done = []
    for name in order:
        missing = [need for need in tasks[name] if need not in done]
        if missing:
            raise RuntimeError(f"{name} was started before {missing[0]}")
        done.append(name)
    return {"done": done, "workers": workers}

@fr.register("build_project")
def build_project(project):
    tasks = load_tasks(project)
    return execute(order_tasks(tasks), tasks, running_workers(project))

fr.run(build_project, "web")


# %% parentheses: a closing bracket too many is not noticed
# cause: is_balanced
# error: SyntaxError
@fr.register("read_formula")
def read_formula(cell):
    return "(2 + 3)) * 4"

@fr.register("is_balanced")
def is_balanced(formula):
    depth = 0
    for letter in formula:
        if letter == "(":
            depth += 1
        elif letter == ")" and depth:  # fixed: elif letter == ")":
            depth -= 1
    return depth == 0

@fr.register("repair_formula")
def repair_formula(formula, balanced):
    return formula if balanced else formula.replace("))", ")")

@fr.register("evaluate_formula")
def evaluate_formula(formula):
    return eval(formula)

@fr.register("recalculate")
def recalculate(cell):
    formula = read_formula(cell)
    return evaluate_formula(repair_formula(formula, is_balanced(formula)))

fr.run(recalculate, "C7")


# %% kth-smallest: the position is not moved when the left part is skipped
# cause: kth
# error: IndexError
@fr.register("kth")
def kth(values, k):
    def select(values, k):
        pivot = values[0]
        below = [v for v in values if v < pivot]
        above = [v for v in values if v > pivot]
        if k < len(below):
            return select(below, k)
        if k >= len(values) - len(above):
            return select(above, k)  # fixed: return select(above, k - len(values) + len(above))
        return pivot
    return select(values, k)

@fr.register("rank_wanted")
def rank_wanted(count):
    return count - 2

@fr.register("report_rank")
def report_rank(median, label):
    return f"{label['source']}: {median}"

@fr.register("rank_report")
def rank_report(source):
    numbers = load_numbers(source)
    median = kth(numbers, rank_wanted(len(numbers)))
    return report_rank(median, label_source(source))

fr.run(rank_report, "probe")


# %% base-conversion: the digits come in the wrong order
# cause: to_base
# error: LookupError
@fr.register("ticket_number")
def ticket_number(event):
    return 1295

@fr.register("to_base")
def to_base(number, base):
    digits = ""
    while number:
        number, rest = divmod(number, base)
        digits = digits + "0123456789abcdefghijklmnopqrstuvwxyz"[rest]  # fixed: digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits

@fr.register("load_seats")
def load_seats(event):
    return {"9f": "row 2", "zz": "row 9", "1z2": "row 4", "50f": "row 1"}

@fr.register("seat_of")
def seat_of(code, seats):
    if code not in seats:
        raise LookupError(f"no seat {code}")
    return seats[code]

@fr.register("check_in")
def check_in(event):
    return seat_of(to_base(ticket_number(event), 16), load_seats(event))

fr.run(check_in, "gala")


# %% largest-subarray: a negative prefix is kept
# cause: best_streak
# error: ValueError
@fr.register("daily_changes")
def daily_changes(share):
    return [-5, 4, -1, 7, -8, 2]

@fr.register("best_streak")
def best_streak(changes):
    best = current = 0
    for change in changes:
        current = current + change  # fixed: current = max(0, current + change)
        best = max(best, current)
    return best

@fr.register("dividends")
def dividends(share):
    return []

@fr.register("rate_share")
def rate_share(streak, paid):
    if streak < 8:
        raise ValueError(f"a best streak of {streak} cannot be rated")
    return {"streak": streak, "dividends": len(paid)}

@fr.register("screen_share")
def screen_share(share):
    return rate_share(best_streak(daily_changes(share)), dividends(share))

fr.run(screen_share, "NWC")


# %% bucket-count: the highest bucket is missing
# cause: bucket_counts
# error: IndexError
@fr.register("load_stars")
def load_stars(product):
    return [5, 4, 5, 1, 3, 5]

@fr.register("bucket_counts")
def bucket_counts(stars, highest):
    counts = [0] * highest  # fixed: counts = [0] * (highest + 1)
    for star in stars:
        counts[star] += 1
    return counts

@fr.register("highest_rating")
def highest_rating(product):
    return 5

@fr.register("most_common")
def most_common(counts):
    return counts.index(max(counts))

@fr.register("rating_summary")
def rating_summary(product):
    return most_common(bucket_counts(load_stars(product), highest_rating(product)))

fr.run(rating_summary, "kettle")


# %% next-permutation: the pivot is sought from the wrong end
# cause: next_order
# error: AssertionError
@fr.register("current_order")
def current_order(rota):
    return [2, 4, 3, 1]

@fr.register("next_order")
def next_order(order):
    order = list(order)
    i = next(i for i in range(len(order) - 1) if order[i] < order[i + 1])
    j = next(j for j in range(i + 1, len(order)) if order[j] > order[i])  # fixed: j = next(j for j in range(len(order) - 1, i, -1) if order[j] > order[i])
    order[i], order[j] = order[j], order[i]
    return order[: i + 1] + order[:i:-1]

@fr.register("weeks_left")
def weeks_left(rota):
    return 0

@fr.register("publish_rota")
def publish_rota(rota):
    order = next_order(current_order(rota))
    expect_equal(order, [3, 1, 2, 4])
    return {"order": order, "weeks": weeks_left(rota)}

fr.run(publish_rota, "kitchen")
