"""PyTorch: the same rows in the same order, whatever the workers, the way they are started, and the ranks."""

import pickle
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.utils.data import DataLoader  # noqa: E402

from microtome.adapters import batch_memory  # noqa: E402
from microtome.adapters.torch import MapDataset  # noqa: E402
from microtome.errors import NotFound  # noqa: E402

ROWS = ["@rows"]
WORKERS = [(0, None), (1, "fork"), (2, "fork"), (4, "fork"), (2, "spawn")]

pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create")


def ids(loader) -> list:
    return [batch[0].tolist() for batch in loader]


@pytest.mark.parametrize("workers, start", WORKERS)
def test_the_sequence_is_the_same_for_any_number_of_workers(things, workers, start):
    batches = things.batches(100, seed=4, epochs=2, tail="keep", arrays=ROWS)
    expected = [batch[0].tolist() for batch in batches]
    loader = DataLoader(batches.torch(), batch_size=None, num_workers=workers, multiprocessing_context=start)
    assert ids(loader) == expected and len(loader) == len(expected) == 20
    if start != "spawn":  # Its workers take seconds to start.
        assert ids(loader) == expected  # A second loop begins anew.


@pytest.mark.parametrize("world_size", [1, 2, 3, 4])
def test_ranks_joined_are_the_whole(things, world_size):
    batches = things.batches(60, seed=4, arrays=ROWS)
    parts = [
        ids(DataLoader(batches.torch(rank, world_size), batch_size=None, num_workers=rank % 2)) for rank in range(world_size)
    ]
    assert [sum(rows, []) for rows in zip(*parts)] == [batch[0].tolist() for batch in batches]


def test_torchruns_environment_says_the_rank(things, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert things.batches(60).torch().batches.plan.rank == 1
    monkeypatch.delenv("RANK")
    monkeypatch.delenv("WORLD_SIZE")
    assert things.batches(60, rank=2, world_size=3).torch().batches.plan.rank == 2
    with pytest.raises(ValueError):
        things.batches(60).torch(rank=1)


@pytest.mark.parametrize("workers", [0, 2])
def test_resuming_a_loader_from_every_step(things, workers):
    batches = things.batches(200, seed=4, epochs=2, arrays=ROWS)
    loader = batches.torch().loader(num_workers=workers)
    whole, states = [], [loader.state_dict()]
    for (rows,) in loader:
        whole.append(rows.tolist())
        states.append(loader.state_dict())
    assert len(whole) == 8
    for at, state in list(enumerate(states))[:: 1 if workers == 0 else 3]:
        again = things.batches(200, seed=4, epochs=2, arrays=ROWS).torch().loader(num_workers=2 - workers)
        again.load_state_dict(state)
        assert again.state_dict() == state
        assert ids(again) == whole[at:]
    plain = things.batches(200, seed=4, epochs=2, arrays=ROWS)
    plain.load_state_dict(states[3])  # A state of a loader is a state of batches.
    assert [batch[0].tolist() for batch in plain] == whole[3:]


def test_a_state_loaded_into_the_dataset_reaches_the_workers(things):
    expected = [batch[0].tolist() for batch in things.batches(200, seed=4, arrays=ROWS)]
    batches = things.batches(200, seed=4, arrays=ROWS)
    iterator = iter(batches)
    next(iterator)
    data = things.batches(200, seed=4, arrays=ROWS).torch()
    data.load_state_dict(iterator.state_dict())
    iterator.close()
    assert ids(DataLoader(data, batch_size=None, num_workers=2)) == expected[1:]


@pytest.mark.parametrize("workers, start", WORKERS)
def test_map_style_by_batch_sampler(things, truth, workers, start):
    data = things.torch(["x", "@rows"])
    sampler = data.batch_sampler(128, shuffle=True, generator=torch.Generator().manual_seed(1))
    seen = []
    for x, rows in DataLoader(data, batch_size=None, sampler=sampler, num_workers=workers, multiprocessing_context=start):
        assert np.array_equal(x.numpy(), truth["things_x"][rows.numpy()])
        seen += rows.tolist()
    assert sorted(seen) == list(range(997))


@pytest.mark.parametrize("collate", [None, MapDataset.collate])
def test_map_style_as_torch_asks_by_itself(things, truth, collate):
    loader = DataLoader(things.torch(), batch_size=200, collate_fn=collate)
    for at, (x, y) in enumerate(loader):
        assert np.array_equal(x.numpy(), truth["things_x"][200 * at : 200 * at + 200]) and y[0] == 600 * at


def test_getitems_is_one_request_and_needs_no_copy(things, monkeypatch):
    data = things.torch()
    requests = []
    ask = things._transport.get_bytes
    monkeypatch.setattr(things._transport, "get_bytes", lambda *asked: (requests.append(asked), ask(*asked))[1])
    rows = data.__getitems__([5, 1, 9])
    assert len(requests) == 1
    assert [int(y) for _, y in rows] == [15, 3, 27] and len(rows) == 3
    x, y = MapDataset.collate(rows)
    assert x is rows.tensors[0] and y.tolist() == [15, 3, 27]
    collated = torch.utils.data.default_collate(rows)
    assert collated[0] is x and collated[1] is y  # PyTorch finds by the type of a sample that nothing is left to do.
    apart = torch.utils.data.default_collate([rows[2], rows[0]])
    assert torch.equal(apart[0], x[[2, 0]]) and apart[1].tolist() == [27, 15]
    with pytest.raises(IndexError):
        rows[3]


def test_one_row_and_many(things, truth):
    data = things.torch()
    x, y = data[7]
    assert x.shape == (6, 5) and y.shape == () and int(y) == 21
    x, y = data[[7, 8]]
    assert torch.equal(x, torch.from_numpy(truth["things_x"][7:9])) and y.tolist() == [21, 24]
    assert int(data[torch.tensor(7)][1]) == 21 and len(data) == 997


def test_a_default_loader_copies_nothing(things):
    class Watched(MapDataset):
        def __getitems__(self, indices):
            self.last = super().__getitems__(indices)
            return self.last

    if not hasattr(torch.utils.data._utils.collate, "default_collate_fn_map"):
        pytest.skip("this PyTorch does not collate by type")
    data = Watched(things)
    for x, y in DataLoader(data, batch_size=100, shuffle=True):
        assert x is data.last.tensors[0] and len(y) == len(x)


@pytest.mark.parametrize("make", [lambda ds: ds.torch(), lambda ds: ds.batches(100, seed=1).torch()])
def test_memory_can_be_pinned(things, make):
    """Without an accelerator PyTorch warns and pins nothing; the loop must be the same."""
    data = make(things)
    options = {"batch_size": 100} if isinstance(data, MapDataset) else {"batch_size": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pinned = [batch[1] for batch in DataLoader(data, pin_memory=True, **options)]
    plain = [batch[1] for batch in DataLoader(data, **options)]
    assert len(pinned) >= 9 and all(torch.equal(one, other) for one, other in zip(pinned, plain))


def test_persistent_workers_begin_each_loop_anew(things):
    loader = DataLoader(things.batches(200, arrays=ROWS).torch(), batch_size=None, num_workers=2, persistent_workers=True)
    assert ids(loader) == ids(loader) == [batch[0].tolist() for batch in things.batches(200, arrays=ROWS)]


def test_a_loader_within_a_loop_over_batches(things):
    """Workers are forked while a thread reads ahead here."""
    expected = [batch[0].tolist() for batch in things.batches(200, seed=8, arrays=ROWS)]
    seen = []
    for batch in things.batches(200, seed=8, arrays=ROWS):
        seen.append(batch[0].tolist())
        assert ids(DataLoader(things.batches(200, seed=8, arrays=ROWS).torch(), batch_size=None, num_workers=1)) == expected
    assert seen == expected


def test_datasets_survive_pickling(things):
    data = pickle.loads(pickle.dumps(things.torch(["y"], select=None)))
    assert data[[2, 1]][0].tolist() == [6, 3]
    again = pickle.loads(pickle.dumps(things.batches(100, arrays=ROWS).torch()))
    assert ids(again) == ids(things.batches(100, arrays=ROWS).torch())


def test_tensors_share_the_memory_that_was_received(things):
    (batch,) = list(things.batches(997))
    tensors = [torch.from_numpy(array) for array in batch]
    assert [tensor.data_ptr() for tensor in tensors] == [array.ctypes.data for array in batch]


def test_types_that_torch_lacks_keep_their_values():
    from microtome.adapters.tensors import to_tensor

    for kind in ("u2", "u4"):
        assert to_tensor(np.array([0, np.iinfo(kind).max], kind)).tolist() == [0, np.iinfo(kind).max]
    if not hasattr(torch, "uint64"):
        with pytest.raises(TypeError, match="cast"):
            to_tensor(np.zeros(1, np.uint64))
    for kind in ("b1", "u1", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8"):
        array = np.zeros(3, kind)
        assert to_tensor(array).data_ptr() == array.ctypes.data


def test_errors_cross_from_workers_with_their_type():
    from torch._utils import ExceptionWrapper  # What a worker sends. In a DataLoader it takes torch 5 s to end that worker.

    try:
        raise NotFound("there is no array nothing", 404, "array_not_found")
    except NotFound:
        wrapped = pickle.loads(pickle.dumps(ExceptionWrapper(where="in a worker")))
    with pytest.raises(NotFound, match="nothing"):
        wrapped.reraise()


@pytest.mark.parametrize("make", [lambda ds: ds.torch(), lambda ds: ds.batches(100, seed=1).torch()])
def test_workers_receive_into_memory_that_they_share(things, make, monkeypatch):
    """What a worker sends lies in shared memory already: PyTorch has nothing to copy. All tensors of a batch share one piece."""
    memory = batch_memory.BatchMemory()
    assert not memory.tensors([memory.allocate(8)])[0].is_shared()  # Not in a process that keeps what it reads.
    monkeypatch.setattr(torch.utils.data, "get_worker_info", lambda: torch.utils.data._utils.worker.WorkerInfo(id=0, num_workers=1))
    data = make(things)
    x, y = data.__getitems__([5, 1, 9]).tensors if isinstance(data, MapDataset) else next(iter(data))
    assert x.is_shared() and y.is_shared() and x.dtype == torch.uint8 and y.dtype == torch.int64
    places = {(tensor.untyped_storage if hasattr(tensor, "untyped_storage") else tensor.storage)().data_ptr() for tensor in (x, y)}
    assert len(places) == 1
    assert torch.equal(x, torch.from_numpy(np.asarray(things["x"])[y.numpy() // 3]))
