using System.Buffers;
using System.Runtime.CompilerServices;
using Microtome.Datasets.Arrays;

namespace Microtome.Datasets.Sending;

/// <summary>
/// What a connection has yet to send, in order: bytes collected in pinned blocks, and runs of mapped files that lie where they lie.
/// For one writer at a time.
/// </summary>
internal sealed class SendQueue(BlockPool blocks)
{
    private readonly List<byte[]> _full = [];
    private readonly List<MemoryHandle> _pinned = [];
    private readonly List<IMemoryOwner<byte>> _large = [];
    private IoVector[] _pieces = new IoVector[16];
    private FileRun[] _runs = new FileRun[16];
    private int _first;
    private int _end;
    private byte[]? _block;
    private int _filled;
    private nint _roomAddress;

    public bool IsEmpty => _first == _end;

    /// <summary>Bytes that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>What waits, in order.</summary>
    public ReadOnlySpan<IoVector> Pieces => _pieces.AsSpan(_first, _end - _first);

    /// <summary>Room for at least that many bytes, of which <see cref="Add(int)"/> then says how many are written.</summary>
    public unsafe Memory<byte> GetRoom(int least)
    {
        if (least > BlockPool.BlockBytes)
        {
            return GetLargeRoom(least);
        }

        if (_block is null || BlockPool.BlockBytes - _filled < least)
        {
            if (_block is not null)
            {
                _full.Add(_block);
            }

            _block = blocks.Rent();
            _filled = 0;
        }

        _roomAddress = (nint)Unsafe.AsPointer(ref _block[_filled]); // Pinned: it stays there.
        return _block.AsMemory(_filled);
    }

    /// <summary>Bytes were written to the last room.</summary>
    public void Add(int count)
    {
        if (count == 0)
        {
            return;
        }

        Append(_roomAddress, count, default);
        _roomAddress += count;
        if (_block is not null)
        {
            _filled += count;
        }
    }

    /// <summary>Bytes of a mapped file follow. The file stays open until they are sent or dropped.</summary>
    public void Add(FileRun run) => Append(run.Address, (nint)run.Length, run);

    /// <summary>That many bytes have left.</summary>
    public void Drop(long count)
    {
        Bytes -= count;
        while (count > 0)
        {
            ref IoVector piece = ref _pieces[_first];
            if (count < piece.Length)
            {
                piece.Address += (nint)count;
                piece.Length -= (nint)count;
                _runs[_first] = _runs[_first].File is null ? default : _runs[_first].Slice(count, piece.Length);
                return;
            }

            count -= piece.Length;
            _runs[_first++] = default;
        }

        if (IsEmpty)
        {
            Clear();
        }
    }

    /// <summary>Copies the next bytes that wait, without taking them away; returns how many.</summary>
    /// <exception cref="ArrayReadException">A file shrank.</exception>
    public unsafe int Peek(Span<byte> target)
    {
        int copied = 0;
        for (int i = _first; i < _end && copied < target.Length; i++)
        {
            int count = (int)Math.Min(_pieces[i].Length, target.Length - copied);
            Span<byte> part = target.Slice(copied, count);
            if (_runs[i].File is null)
            {
                new ReadOnlySpan<byte>((void*)_pieces[i].Address, count).CopyTo(part);
            }
            else
            {
                _runs[i].CopyTo(0, part);
            }

            copied += count;
        }

        return copied;
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Clear()
    {
        Array.Clear(_runs, _first, _end - _first);
        (_first, _end, _filled, Bytes) = (0, 0, 0, 0);
        foreach (byte[] block in _full)
        {
            blocks.Return(block);
        }

        _full.Clear();
        _pinned.ForEach(handle => handle.Dispose());
        _pinned.Clear();
        _large.ForEach(owner => owner.Dispose());
        _large.Clear();
        if (_block is not null)
        {
            blocks.Return(_block);
            _block = null;
        }
    }

    private void Append(nint address, nint length, FileRun run)
    {
        Bytes += length;
        if (_end > _first && run.File is null && _runs[_end - 1].File is null && _pieces[_end - 1] is var last && last.Address + last.Length == address)
        {
            _pieces[_end - 1].Length += length;
            return;
        }

        if (_end == _pieces.Length)
        {
            Array.Resize(ref _pieces, 2 * _end);
            Array.Resize(ref _runs, 2 * _end);
        }

        _pieces[_end] = new() { Address = address, Length = length };
        _runs[_end++] = run;
    }

    /// <summary>A transformed row may be larger than a block.</summary>
    private unsafe Memory<byte> GetLargeRoom(int least)
    {
        if (_block is not null)
        {
            _full.Add(_block);
            _block = null;
        }

        IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(least);
        MemoryHandle handle = owner.Memory.Pin();
        _large.Add(owner);
        _pinned.Add(handle);
        _roomAddress = (nint)handle.Pointer;
        return owner.Memory;
    }
}
