using System.Formats.Tar;
using System.Text;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.IntegrationTests.Artifacts;

/// <summary>What a sandbox under an attacker's control may return, and the sentence with which it is refused.</summary>
public sealed class HostileBuildResultTests : IDisposable
{
    private readonly ArtifactFolder _folder = new(options => options with
    {
        Limits = new ArtifactLimits
        {
            MaxFiles = 50,
            MaxFolders = 70,
            MaxAssetBytes = 4096,
            MaxWorkerBytes = 8192,
            MaxTotalBytes = 16384,
            MaxRuleFileBytes = 1024,
            MaxResultBytes = 9000,
        },
    });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("assets/../../etc/cron.d/x")]
    [InlineData("/assets/x")]
    [InlineData("assets//x")]
    [InlineData("assets/./x")]
    [InlineData("assets/a\\b")]
    [InlineData("assets/a\nb")]
    [InlineData("..")]
    [InlineData("elsewhere/x")]
    [InlineData("worker")]
    [InlineData("manifest.json")]
    public async Task Save_WhenAPathIsNotPlain_IsRefused(string path) =>
        (await _folder.RefusalAsync(BuildTar.OfAssets().File(path, "x").Build())).Should().NotBeEmpty();

    [Theory]
    [InlineData("assets/x", "assets/x")]
    [InlineData("assets/x", "./assets/x")]
    [InlineData("assets/x", "assets/x/y")]
    [InlineData("assets/x/y", "assets/x")]
    [InlineData("result.json", "assets/x")]
    public async Task Save_WhenAPathComesTwice_IsRefused(string first, string second) =>
        (await _folder.RefusalAsync(BuildTar.OfAssets().File(first, "1").File(second, "2").Build()))
            .Should().MatchRegex("twice|both as a file");

    [Theory]
    [InlineData(TarEntryType.SymbolicLink, "symbolic link")]
    [InlineData(TarEntryType.HardLink, "hard link")]
    [InlineData(TarEntryType.Fifo, "named pipe")]
    [InlineData(TarEntryType.CharacterDevice, "device")]
    [InlineData(TarEntryType.BlockDevice, "device")]
    public async Task Save_WhenAnEntryIsNoPlainFile_IsRefused(TarEntryType type, string named)
    {
        var entry = new PaxTarEntry(type, "assets/x");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = "/etc/passwd";

        (await _folder.RefusalAsync(BuildTar.OfAssets().BuildWith(entry))).Should().Contain(named).And.Contain("assets/x");
    }

    [Theory]
    [InlineData("assets/.env")]
    [InlineData("assets/sub/.env.production")]
    [InlineData("assets/.dev.vars")]
    [InlineData("assets/.git/config")]
    [InlineData("assets/node_modules/x/index.js")]
    [InlineData("assets/_worker.js")]
    [InlineData("assets/_worker.js/index.js")]
    public async Task Save_WhenAnAssetMustNotBePublic_IsRefusedByName(string path) =>
        (await _folder.RefusalAsync(BuildTar.OfAssets().File(path, "x").Build())).Should().Contain(path["assets/".Length..]);

    [Fact]
    public async Task Save_WhenTooLargeInAnyWay_IsRefused()
    {
        (await _folder.RefusalAsync(BuildTar.OfAssets().File("assets/x", new byte[4097]).Build())).Should().Contain("4096");
        (await _folder.RefusalAsync(BuildTar.OfAssets().File("assets/_headers", new byte[1025]).Build())).Should().Contain("1024");
        (await _folder.RefusalAsync(BuildTar.OfWorker("1").File("worker/a", new byte[8192]).Build())).Should().Contain("8192");
        (await _folder.RefusalAsync(Many(5, 4000).Build())).Should().Contain("16384");
        (await _folder.RefusalAsync(Many(60, 1).Build())).Should().Contain("50");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Set("vars", new { A = new string('x', 9000) }).Build())).Should().Contain("9000");
    }

    [Theory]
    [InlineData("assets/")]
    [InlineData("worker/")]
    [InlineData("")]
    public async Task Save_WhenAFolderLiesTooDeep_IsRefused(string top)
    {
        var deep = top + string.Concat(Enumerable.Repeat("a/", 500));

        (await _folder.RefusalAsync(BuildTar.OfAssets().BuildWith(new PaxTarEntry(TarEntryType.Directory, deep))))
            .Should().Contain("32 names deep").And.Contain("…'", "the path is shortened");
    }

    [Fact]
    public async Task Save_WhenAFileLiesAsDeepAsInTheSource_IsKeptAndOneDeeperIsRefused()
    {
        var deepest = "assets/" + string.Concat(Enumerable.Repeat("a/", 31)) + "x.txt";

        (await _folder.RefusalAsync(BuildTar.OfAssets().File(deepest.Replace("x.txt", "a/x.txt", StringComparison.Ordinal), "x").Build()))
            .Should().Contain("32 names deep");
        await _folder.SaveAsync(BuildTar.OfAssets().File(deepest, "x"));
    }

    [Fact]
    public async Task Save_WhenItsFilesLieInTooManyFolders_IsRefused()
    {
        var build = BuildTar.OfAssets();
        for (var i = 0; i < 3; i++) build.File($"assets/{i}{string.Concat(Enumerable.Repeat("/a", 30))}", "");

        (await _folder.RefusalAsync(build.Build())).Should().Contain("70 folders");
    }

    [Fact]
    public async Task Save_WhenAnIgnoreRuleIsTooLong_IsRefused()
    {
        using var shipped = new ArtifactFolder();
        var rule = new string('?', 20_000);

        (await shipped.RefusalAsync(BuildTar.OfAssets().File("assets/.assetsignore", rule).Build()))
            .Should().Contain(".assetsignore").And.Contain("20000 characters");
    }

    [Fact]
    public async Task Save_WhenItsManifestCouldNotBeRead_IsRefused()
    {
        using var small = new ArtifactFolder(options => options with { Limits = new ArtifactLimits { MaxManifestBytes = 1_000 } });

        (await small.RefusalAsync(BuildTar.OfAssets().File("assets/" + new string('ü', 120), "x").Build()))
            .Should().Contain("list of the build result's files").And.Contain("1000 are allowed");
        (await small.Store.SaveBuildResultAsync(BuildTar.OfAssets().Build(), default)).IsError.Should().BeFalse();
    }

    [Fact]
    public async Task Save_WhenIgnoreRulesTakeTooManyComparisons_IsRefused()
    {
        using var small = new ArtifactFolder(options => options with { Limits = new ArtifactLimits { MaxIgnoreComparisons = 1_000 } });
        var rules = string.Join('\n', Enumerable.Range(0, 10).Select(i => string.Concat(Enumerable.Repeat("*a", 30)) + i));
        var name = "assets/" + new string('a', 200);

        (await small.RefusalAsync(BuildTar.OfAssets().File("assets/.assetsignore", rules).File(name, "x").Build()))
            .Should().Contain("1000 comparisons");
    }

    [Fact]
    public void Claim_OfManyDeepFolders_TakesMemoryForTheirNamesAlone()
    {
        var paths = Enumerable.Range(0, 1000).Select(i => $"assets/{i}" + string.Concat(Enumerable.Repeat("/" + new string('a', 30), 31))).ToList();
        var draft = new ArtifactDraft(_folder.Cache, new ArtifactLimits());
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var path in paths) draft.Claim(path, isFolder: true);

        // What goes in are two megabytes; each folder with its whole path would be 33.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16 << 20);
    }

    [Fact]
    public async Task Save_WhenAHeaderLies_IsRefused()
    {
        (await _folder.RefusalAsync(Raw("assets/x", size: "77777777777"))).Should().Contain("bytes");
        (await _folder.RefusalAsync(Raw("assets/x", size: "9zzzzzzzzzz"))).Should().Contain("malformed");
        (await _folder.RefusalAsync(Raw("assets/x", type: 'S'))).Should().Contain("sparse");
        (await _folder.RefusalAsync(Raw("assets/x", type: 'x', size: "77777777777"))).Should().Contain("extended header");
        (await _folder.RefusalAsync(Raw("assets/x", type: 'L', size: "77777777777"))).Should().Contain("extended header");
        (await _folder.RefusalAsync(Raw("assets/x", type: 'V'))).Should().Contain("plain files");
        (await _folder.RefusalAsync(Raw("assets/x", badSum: true))).Should().Contain("checksum");
        (await _folder.RefusalAsync(Raw("assets/\u00ff\u00fe", latin1: true))).Should().Contain("UTF-8");
        (await _folder.RefusalAsync(new MemoryStream(new byte[100]))).Should().Contain("cut off");
        (await _folder.RefusalAsync(new MemoryStream(new byte[1024]))).Should().Contain("result.json");
        var whole = ((MemoryStream)BuildTar.OfAssets().Build()).ToArray();
        (await _folder.RefusalAsync(new MemoryStream(whole[..^1536]))).Should().Contain("cut off");
    }

    [Theory]
    [InlineData("compatibilityDate", "2026-11-24", "future")]
    [InlineData("compatibilityDate", "24.11.2026", "2026-01-31")]
    [InlineData("compatibilityDate", null, "compatibility date")]
    [InlineData("compatibilityFlags", new[] { "a b" }, "a b")]
    [InlineData("compatibilityFlags", new string?[] { null }, "null")]
    [InlineData("mainModule", "missing.js", "missing.js")]
    [InlineData("mainModule", "../result.json", "../result.json")]
    [InlineData("formatVersion", 2, "format 2")]
    [InlineData("refused", new[] { "kv_namespaces.CACHE", "d1_databases.DB" }, "kv_namespaces.CACHE, d1_databases.DB")]
    [InlineData("moduleTypes", 5, "result.json")]
    [InlineData("vars", 5, "result.json")]
    [InlineData("runtime", 5, "result.json")]
    public async Task Save_WhenASettingIsWrong_NamesIt(string setting, object? value, string named) =>
        (await _folder.RefusalAsync(BuildTar.OfWorker("1").Set(setting, value).Build())).Should().Contain(named);

    [Theory]
    [InlineData("index.js", "Json", "'Json'; it takes ESModule, CommonJS, CompiledWasm, Data, Text")]
    [InlineData("index.js", "text", "'text'")]
    [InlineData("index.js", "", "it takes")]
    [InlineData("index.js", null, "null")]
    [InlineData("index.js", 5, "result.json")]
    [InlineData("missing.js", "Text", "'missing.js' has a type but is not in worker/")]
    [InlineData("./index.js", "Text", "not in worker/")]
    [InlineData("../assets/index.html", "Text", "not in worker/")]
    [InlineData("", "Text", "not in worker/")]
    public async Task Save_WhenTheTypeOfAModuleIsWrong_NamesIt(string module, object? type, string named) =>
        (await _folder.RefusalAsync(BuildTar.OfAssets().Worker("1").Set("moduleTypes", new Dictionary<string, object?> { [module] = type }).Build()))
            .Should().Contain(named);

    [Fact]
    public async Task Save_WhenAModuleHasTwoTypes_IsRefused() =>
        (await _folder.RefusalAsync(Result(
            """{"formatVersion":1,"compatibilityDate":"2026-11-01","mainModule":"index.js","moduleTypes":{"index.js":"Text","index.js":"Data"}}""")))
                .Should().Contain("not what a build writes");

    [Fact]
    public async Task Save_WhenModulesHaveTypesWithoutAWorker_SaysSo() =>
        (await _folder.RefusalAsync(BuildTar.OfAssets().Set("moduleTypes", new { a = "Text" }).Build())).Should().Contain("need a worker");

    [Fact]
    public async Task Save_WhenRuntimeSettingsAreWrong_NamesThem()
    {
        (await _folder.RefusalAsync(BuildTar.OfWorker("1").Set("runtime", new { cpuMilliseconds = 30_001 }).Build())).Should().Contain("cpu_ms");
        (await _folder.RefusalAsync(BuildTar.OfWorker("1").Set("runtime", new { subrequests = 0 }).Build())).Should().Contain("subrequests");
        (await _folder.RefusalAsync(BuildTar.OfWorker("1").Set("runtime", new { samplingRate = 1.5 }).Build())).Should().Contain("head_sampling_rate");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Set("runtime", new { observed = false }).Build())).Should().Contain("need a worker");
    }

    [Fact]
    public async Task Save_WhenAssetSettingsAreWrong_NamesThem()
    {
        (await _folder.RefusalAsync(BuildTar.OfAssets().Assets(html: "sometimes").Build()))
            .Should().Contain("html_handling").And.Contain("sometimes");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Assets(notFound: "shrug").Build())).Should().Contain("not_found_handling");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Worker("1").Assets(binding: "a-b").Build())).Should().Contain("a-b");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Assets(binding: "ASSETS").Build())).Should().Contain("worker");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Assets(workerFirst: true).Build())).Should().Contain("worker");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Worker("1").Assets(workerFirst: new[] { "api" }).Build())).Should().Contain("api");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Worker("1").Assets(workerFirst: new[] { "!/api" }).Build()))
            .Should().Contain("exceptions");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Worker("1").Assets(workerFirst: 5).Build())).Should().Contain("run_worker_first");
        (await _folder.RefusalAsync(BuildTar.OfAssets().Set("assets", null).Build())).Should().NotBeEmpty();
        (await _folder.RefusalAsync(new BuildTar().Build())).Should().Contain("nothing to deploy");
        (await _folder.RefusalAsync(BuildTar.OfWorker("1").Set("mainModule", null).Build())).Should().Contain("main module");
    }

    [Fact]
    public async Task Save_WhenVarsAreWrong_NamesThem()
    {
        (await _folder.RefusalAsync(WithVars(new Dictionary<string, object> { ["a-b"] = 1 }))).Should().Contain("a-b");
        (await _folder.RefusalAsync(WithVars(new Dictionary<string, object> { ["A"] = new string('x', 5121) }))).Should().Contain("5120");
        (await _folder.RefusalAsync(WithVars(Enumerable.Range(0, 129).ToDictionary(i => $"V{i}", i => (object)i)))).Should().Contain("128");
        (await _folder.RefusalAsync(Result("""{"formatVersion":1,"formatVersion":1}"""))).Should().Contain("result.json");
        (await _folder.RefusalAsync(Result("not json"))).Should().Contain("result.json");
        (await _folder.RefusalAsync(Result("null"))).Should().Contain("result.json");
        (await _folder.RefusalAsync(Result(
            """{"formatVersion":1,"compatibilityDate":"2026-11-01","mainModule":"index.js","vars":{"A":{"b":["\ud800"]}}}""")))
                .Should().Contain("Unicode");
    }

    private static BuildTar Many(int files, int size)
    {
        var build = BuildTar.OfAssets();
        for (var i = 0; i < files; i++) build.File($"assets/{i}", new byte[size]);
        return build;
    }

    private static Stream WithVars(Dictionary<string, object> vars) => BuildTar.OfWorker("1").Set("vars", vars).Build();

    private static MemoryStream Result(string json)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "result.json") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(json)) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "worker/index.js") { DataStream = new MemoryStream([1]) });
        }

        tar.Position = 0;
        return tar;
    }

    /// <summary>One header as no honest tool writes it.</summary>
    private static MemoryStream Raw(string name, char type = '0', string size = "00000000000", bool badSum = false, bool latin1 = false)
    {
        var header = new byte[1536];
        (latin1 ? Encoding.Latin1 : Encoding.UTF8).GetBytes(name, header);
        Encoding.ASCII.GetBytes(size, header.AsSpan(124));
        header[156] = (byte)type;
        Encoding.ASCII.GetBytes("ustar\0", header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = header.Sum(value => value) + (badSum ? 1 : 0);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header.AsSpan(148));
        return new MemoryStream(header);
    }
}
