using System.Security.Cryptography;
using Libra.Deploy.Application.Projects.Source;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class SourceTreeTests
{
    [Fact]
    public void Create_WhenFilesComeInAnyOrder_OrdersThemAndGivesTheSameDigest()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var files = RandomFiles(random);
            var shuffled = files.ToArray();
            random.Shuffle(shuffled);

            var tree = SourceTree.Create(files, Limits).Value;
            var other = SourceTree.Create(shuffled, Limits).Value;

            other.Digest.Should().Be(tree.Digest, "seed {0}", seed);
            other.Paths().Should().Equal(files.Select(file => file.Path).Order(StringComparer.Ordinal));
            tree.TotalBytes.Should().Be(files.Sum(file => file.Content.Length));
        }
    }

    [Fact]
    public void Digest_WhenAnythingChanges_IsAnother()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var files = RandomFiles(random);
            var changed = files.ToList();
            var victim = random.Next(files.Count);
            changed[victim] = random.Next(2) == 0
                ? changed[victim] with { Path = changed[victim].Path + "~" }
                : changed[victim] with { Content = changed[victim].Content.ToArray().Append((byte)0).ToArray() };

            DigestOf([.. changed]).Should().NotBe(DigestOf([.. files]), "seed {0}", seed);
        }
    }

    [Fact]
    public void Digest_WhenBytesMoveBetweenPathAndContentOrFiles_IsAnother()
    {
        var digests = new[]
        {
            DigestOf(Text("a", "bc")),
            DigestOf(Text("ab", "c")),
            DigestOf(Text("a"), Text("b", "c")),
            DigestOf(Text("a", "b"), Text("c")),
            DigestOf(),
        };

        digests.Should().OnlyHaveUniqueItems();
        digests.Should().OnlyContain(digest => digest.Length == 64 && digest.All(char.IsAsciiHexDigitLower));
    }

    [Fact]
    public void Digest_OfAKnownTree_NeverChanges()
    {
        // Stored deployments are found by it: another framing would build every project again.
        byte[] framed = [0, 0, 0, 0, 0, 0, 0, 5, .. "a.txt"u8, 0, 0, 0, 0, 0, 0, 0, 2, .. "hi"u8];

        DigestOf(Text("a.txt", "hi")).Should().Be(Convert.ToHexStringLower(SHA256.HashData(framed)));
    }

    [Theory]
    [InlineData("src/Button.tsx", "src/button.tsx")]
    [InlineData("caf\u00e9.txt", "cafe\u0301.txt")]
    [InlineData("CAF\u00c9.txt", "cafe\u0301.txt")]
    public void Create_WhenPathsDifferOnlyByCaseOrUnicodeForm_NamesBoth(string first, string second)
    {
        var error = SourceTree.Create([Text(first), Text(second)], Limits).FirstError;

        error.Description.Should().Contain($"'{first}'").And.Contain($"'{second}'");
    }

    [Fact]
    public void Create_WhenAPathComesTwice_IsRefused() =>
        SourceTree.Create([Text("a.ts"), Text("./a.ts")], Limits).FirstError.Description
            .Should().Be("The path 'a.ts' appears twice.");

    [Theory]
    [InlineData("src", "src/App.tsx")]
    [InlineData("src/lib", "src/lib/deep/x.ts")]
    public void Create_WhenAPathIsFileAndDirectory_IsRefused(string file, string below)
    {
        var error = SourceTree.Create([Text(below), Text("src-2/x"), Text(file)], Limits).FirstError;

        error.Description.Should().Contain($"'{file}' is a file").And.Contain($"'{below}'");
    }

    [Fact]
    public void Create_WhenBeyondALimit_NamesThePathAndTheLimit()
    {
        var limits = new SourceLimits { MaxFiles = 2, MaxFileBytes = 10, MaxTotalBytes = 15, MaxDepth = 2 };

        Refusal(limits, Text("a"), Text("b"), Text("c")).Should().Contain("'c'").And.Contain("more than 2 files").And.Contain("Source:MaxFiles ");
        Refusal(limits, Text("big", "12345678901")).Should().Contain("'big'").And.Contain("11 bytes").And.Contain("Source:MaxFileBytes").And.Contain("10 bytes");
        Refusal(limits, Text("a", "1234567890"), Text("b", "123456")).Should().Contain("'b'").And.Contain("15 bytes").And.Contain("Source:MaxTotalBytes");
        Refusal(limits, Text("a/b/c")).Should().Contain("'a/b/c'").And.Contain("2");
    }

    [Fact]
    public void Create_WhenExactlyAtTheLimits_IsAccepted()
    {
        var limits = new SourceLimits { MaxFiles = 2, MaxFileBytes = 10, MaxTotalBytes = 15, MaxDepth = 2 };

        SourceTree.Create([Text("a/b", "1234567890"), Text("b", "12345")], limits).IsError.Should().BeFalse();
    }

    [Fact]
    public void Find_WhenTheCaseDiffers_FindsNothing()
    {
        var tree = SourceTree.Create([Text("package.json", "{}")], Limits).Value;

        tree.Find("package.json")!.TextOf().Should().Be("{}");
        tree.Find("Package.json").Should().BeNull();
    }

    private static string DigestOf(params SourceFile[] files) => SourceTree.Create(files, Limits).Value.Digest;

    private static string Refusal(SourceLimits limits, params SourceFile[] files) =>
        SourceTree.Create(files, limits).FirstError.Description;

    // Letters of which none folds into another, so that no two random paths collide; the number keeps them apart.
    private static List<SourceFile> RandomFiles(Random random) => [.. Enumerable.Range(0, random.Next(1, 40)).Select(number =>
    {
        var folders = Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.GetString("abcxyz-_é", random.Next(1, 8)));
        var content = new byte[random.Next(0, 200)];
        random.NextBytes(content);
        return new SourceFile(string.Join('/', folders.Append($"{number}.bin")), content);
    })];
}
