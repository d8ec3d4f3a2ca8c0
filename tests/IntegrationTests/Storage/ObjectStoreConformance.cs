using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Storage;

/// <summary>What every object store promises. Each test works below its own prefix, so that stores can be shared.</summary>
public abstract class ObjectStoreConformance
{
    private const ObjectBucket Bucket = ObjectBucket.Artifacts;
    private readonly string _prefix = $"conformance/{Guid.NewGuid():N}/";

    private protected abstract IObjectStore Store { get; }

    private static CancellationToken Cancelled => new(canceled: true);

    [Fact]
    public async Task Put_ThenGet_GivesTheSameBytesSizeAndTime()
    {
        var before = DateTimeOffset.UtcNow;

        await PutAsync("a/b.txt", "hello");

        (await TextAsync("a/b.txt")).Should().Be("hello");
        var info = await Store.HeadAsync(Bucket, _prefix + "a/b.txt", default);
        info!.Key.Should().Be(_prefix + "a/b.txt");
        info.Size.Should().Be(5);
        info.LastModified.Should().BeCloseTo(before, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Put_WhenTheKeyIsTaken_Replaces()
    {
        await PutAsync("key", "first");

        await PutAsync("key", "second");

        (await TextAsync("key")).Should().Be("second");
    }

    [Fact]
    public async Task Put_WithNoContent_StoresAnEmptyObject()
    {
        await PutAsync("empty", string.Empty);

        (await TextAsync("empty")).Should().BeEmpty();
        (await Store.HeadAsync(Bucket, _prefix + "empty", default))!.Size.Should().Be(0);
    }

    [Fact]
    public async Task Put_ReadsFromThePositionOfTheStream()
    {
        using var content = new MemoryStream("skipped kept"u8.ToArray()) { Position = 8 };

        await Store.PutAsync(Bucket, _prefix + "key", content, "text/plain", default);

        (await TextAsync("key")).Should().Be("kept");
    }

    [Theory]
    [InlineData((8 << 20) - 1)]
    [InlineData(8 << 20)]
    [InlineData((20 << 20) + 12_345)]
    public async Task Put_WhenLarge_KeepsEveryByte(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        // A stream that cannot seek and gives small pieces, as one from the network does.
        await using var content = new PiecewiseStream(bytes);
        await Store.PutAsync(Bucket, _prefix + "large", content, "application/gzip", default);

        await using var stored = await Store.GetAsync(Bucket, _prefix + "large", default);
        (await SHA256.HashDataAsync(stored!)).Should().Equal(SHA256.HashData(bytes));
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(12 << 20)]
    public async Task Put_WhenTheContentBreaks_LeavesWhatWasThere(int breakAfter)
    {
        await PutAsync("key", "good");
        await using var broken = new PiecewiseStream(new byte[20 << 20], breakAfter);

        var put = () => Store.PutAsync(Bucket, _prefix + "key", broken, "text/plain", default);

        await put.Should().ThrowAsync<IOException>().WithMessage("*broke*");
        (await TextAsync("key")).Should().Be("good");
        (await KeysAsync()).Should().Equal("key");
    }

    [Fact]
    public async Task PutIfAbsent_WhenTheKeyIsTaken_ChangesNothing()
    {
        (await PutIfAbsentAsync("key", "first")).Should().BeTrue();

        (await PutIfAbsentAsync("key", "second")).Should().BeFalse();

        (await TextAsync("key")).Should().Be("first");
    }

    [Fact]
    public async Task PutIfAbsent_WhenLargeAndTheKeyIsTaken_ChangesNothing()
    {
        await PutAsync("key", "first");
        await using var content = new PiecewiseStream(new byte[9 << 20]);

        (await Store.PutIfAbsentAsync(Bucket, _prefix + "key", content, "text/plain", default)).Should().BeFalse();

        (await TextAsync("key")).Should().Be("first");
    }

    [Fact]
    public async Task PutIfAbsent_ByManyAtOnce_IsWonByOne()
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
            (Writer: writer, Won: await PutIfAbsentAsync("key", $"writer {writer}"))));

        var winner = wins.Should().ContainSingle(result => result.Won).Subject.Writer;
        (await TextAsync("key")).Should().Be($"writer {winner}");
    }

    [Fact]
    public async Task Get_WhenThereIsNone_IsNull()
    {
        (await Store.GetAsync(Bucket, _prefix + "none", default)).Should().BeNull();
        (await Store.HeadAsync(Bucket, _prefix + "none", default)).Should().BeNull();
        (await Store.ReadRangeAsync(Bucket, _prefix + "none", 0, 10, default)).Should().BeNull();
        (await Store.ReadRangeAsync(Bucket, _prefix + "none", 0, 0, default)).Should().BeNull();
    }

    [Theory]
    [InlineData(0, 3, "abc")]
    [InlineData(2, 3, "cde")]
    [InlineData(4, 100, "ef")]
    [InlineData(6, 1, "")]
    [InlineData(100, 1, "")]
    [InlineData(2, 0, "")]
    public async Task ReadRange_GivesThatPartOnly(long offset, int length, string expected)
    {
        await PutAsync("key", "abcdef");

        var part = await Store.ReadRangeAsync(Bucket, _prefix + "key", offset, length, default);

        Encoding.UTF8.GetString(part!).Should().Be(expected);
    }

    [Fact]
    public async Task List_IsOrdinalAndOnlyBelowThePrefix()
    {
        string[] keys = ["a", "a-b", "a.b", "a0", "b/a", "b/c/d", "b/c-d", "b/c.d", "B", "c_1", "ba"];
        foreach (var key in keys) await PutAsync(key, "x");

        (await KeysAsync()).Should().Equal(keys.Order(StringComparer.Ordinal));
        (await KeysAsync("b")).Should().Equal("b/a", "b/c-d", "b/c.d", "b/c/d", "ba");
        (await KeysAsync("b/")).Should().Equal("b/a", "b/c-d", "b/c.d", "b/c/d");
        (await KeysAsync("b/c")).Should().Equal("b/c-d", "b/c.d", "b/c/d");
        (await KeysAsync("b/c/")).Should().Equal("b/c/d");
        (await KeysAsync("none/at/all")).Should().BeEmpty();
    }

    [Fact]
    public async Task List_WhenThereAreMoreThanAPage_GivesAllOfThemAndDeleteRemovesThem()
    {
        var keys = Enumerable.Range(0, 1_050).Select(number => $"many/{number:d5}").ToList();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, _) => await PutAsync(key, "x"));

        (await KeysAsync("many/")).Should().Equal(keys);
        await Store.DeleteAsync(Bucket, [.. keys.Select(key => _prefix + key)], default);

        (await KeysAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Delete_WhenSomeAreMissing_RemovesTheOthers()
    {
        await PutAsync("a/one", "x");
        await PutAsync("a/two", "x");

        await Store.DeleteAsync(Bucket, [_prefix + "a/one", _prefix + "a/none", _prefix + "none/none"], default);
        await Store.DeleteAsync(Bucket, [], default);

        (await KeysAsync()).Should().Equal("a/two");
    }

    [Fact]
    public async Task Put_WhileNeighboursAreDeleted_Succeeds()
    {
        await Parallel.ForAsync(0, 4, async (writer, cancellationToken) =>
        {
            for (var round = 0; round < 25; round++)
            {
                await PutAsync($"shared/folder/{writer}", "x");
                await Store.DeleteAsync(Bucket, [$"{_prefix}shared/folder/{writer}"], cancellationToken);
            }

            await PutAsync($"shared/folder/{writer}", "kept");
        });

        (await KeysAsync()).Should().HaveCount(4);
    }

    [Fact]
    public async Task Get_WhileTheKeyIsReplaced_SeesOneWholeVersion()
    {
        string[] versions = [new('a', 300_000), new('b', 300_000)];
        await PutAsync("key", versions[0]);
        using var done = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var round = 0; !done.IsCancellationRequested; round++) await PutAsync("key", versions[round % 2]);
        });

        for (var round = 0; round < 30; round++) versions.Should().Contain(await TextAsync("key"));

        await done.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task Buckets_AreSeparate()
    {
        await PutAsync("key", "x");

        (await Store.HeadAsync(ObjectBucket.Logs, _prefix + "key", default)).Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a~b")]
    [InlineData("ä")]
    [InlineData("%2e%2e/a")]
    public async Task AnyCall_WithAKeyOfAnotherForm_IsRefused(string key)
    {
        var calls = new Func<Task>[]
        {
            () => Store.PutAsync(Bucket, key, Stream.Null, "text/plain", default),
            () => Store.PutIfAbsentAsync(Bucket, key, Stream.Null, "text/plain", default),
            () => Store.GetAsync(Bucket, key, default),
            () => Store.ReadRangeAsync(Bucket, key, 0, 1, default),
            () => Store.HeadAsync(Bucket, key, default),
            () => Store.DeleteAsync(Bucket, [key], default),
        };

        foreach (var call in calls) await call.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task AnyCall_WhenCancelled_Stops()
    {
        var put = () => Store.PutAsync(Bucket, _prefix + "key", new MemoryStream(new byte[100]), "text/plain", Cancelled);
        var get = () => Store.GetAsync(Bucket, _prefix + "key", Cancelled);

        await put.Should().ThrowAsync<OperationCanceledException>();
        await get.Should().ThrowAsync<OperationCanceledException>();
        (await KeysAsync()).Should().BeEmpty();
    }

    private protected async Task PutAsync(string key, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await Store.PutAsync(Bucket, _prefix + key, content, "text/plain", default);
    }

    private async Task<bool> PutIfAbsentAsync(string key, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await Store.PutIfAbsentAsync(Bucket, _prefix + key, content, "text/plain", default);
    }

    private async Task<string> TextAsync(string key)
    {
        await using var content = await Store.GetAsync(Bucket, _prefix + key, default);
        using var reader = new StreamReader(content!);
        return await reader.ReadToEndAsync();
    }

    private async Task<List<string>> KeysAsync(string prefix = "")
    {
        var keys = new List<string>();
        await foreach (var item in Store.ListAsync(Bucket, _prefix + prefix, default)) keys.Add(item.Key[_prefix.Length..]);
        return keys;
    }
}
