using System.Formats.Tar;
using System.Text;
using System.Text.Json;

namespace Libra.Deploy.IntegrationTests.Artifacts;

/// <summary>What a sandbox returns, as a test describes it.</summary>
internal sealed class BuildTar
{
    private readonly List<(string Path, byte[] Content)> _files = [];
    private readonly Dictionary<string, object?> _result = new()
    {
        ["formatVersion"] = 1,
        ["compatibilityDate"] = "2026-11-01",
        ["compatibilityFlags"] = Array.Empty<string>(),
        ["mainModule"] = null,
        ["assets"] = null,
        ["vars"] = new Dictionary<string, object?>(),
        ["runtime"] = null,
        ["refused"] = Array.Empty<string>(),
    };

    /// <summary>A site of static files only.</summary>
    public static BuildTar OfAssets(string index = "<h1>hello</h1>") => new BuildTar().Assets().File("assets/index.html", index);

    /// <summary>A worker of one module, without assets.</summary>
    public static BuildTar OfWorker(string script) => new BuildTar().Set("mainModule", "index.js").File("worker/index.js", script);

    public BuildTar Assets(string? binding = null, string? html = null, string? notFound = null, object? workerFirst = null) =>
        Set("assets", new { binding, htmlHandling = html, notFoundHandling = notFound, runWorkerFirst = workerFirst });

    public BuildTar Worker(string script) => Set("mainModule", "index.js").File("worker/index.js", script);

    public BuildTar Set(string property, object? value)
    {
        _result[property] = value;
        return this;
    }

    public BuildTar File(string path, string content) => File(path, Encoding.UTF8.GetBytes(content));

    public BuildTar File(string path, byte[] content)
    {
        _files.Add((path, content));
        return this;
    }

    public Stream Build(TarEntryFormat format = TarEntryFormat.Pax, bool reversed = false)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            IEnumerable<(string Path, byte[] Content)> files = [("result.json", JsonSerializer.SerializeToUtf8Bytes(_result)), .. _files];
            foreach (var (path, content) in reversed ? files.Reverse() : files) Write(writer, format, path, content);
        }

        tar.Position = 0;
        return tar;
    }

    /// <summary>The same tar with an entry of any kind at its end.</summary>
    public Stream BuildWith(TarEntry entry)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, entry.Format, leaveOpen: true))
        {
            Write(writer, entry.Format, "result.json", JsonSerializer.SerializeToUtf8Bytes(_result));
            foreach (var (path, content) in _files) Write(writer, entry.Format, path, content);
            writer.WriteEntry(entry);
        }

        tar.Position = 0;
        return tar;
    }

    private static void Write(TarWriter writer, TarEntryFormat format, string path, byte[] content)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, path),
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, path),
            _ => new PaxTarEntry(TarEntryType.RegularFile, path),
        };
        entry.DataStream = new MemoryStream(content);
        writer.WriteEntry(entry);
    }
}
