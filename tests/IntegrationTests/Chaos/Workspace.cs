namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>The folder that the test and all its nodes share: objects, the ledger of what happened outside, and orders to fail.</summary>
internal sealed class Workspace
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    public Workspace(string root)
    {
        Root = root;
        foreach (var folder in new[] { Objects, Ledger, Orders, Nodes }) Directory.CreateDirectory(folder);
    }

    public string Root { get; }

    public string Objects => Path.Combine(Root, "objects");

    /// <summary>Settings, data and output of the nodes.</summary>
    public string Nodes => Path.Combine(Root, "nodes");

    private string Ledger => Path.Combine(Root, "ledger");

    private string Orders => Path.Combine(Root, "orders");

    /// <summary>The order that stands for a part or node; null when there is none.</summary>
    public string? OrderFor(string name)
    {
        try
        {
            return File.ReadAllText(OrderFile(name));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void Order(string name, string text)
    {
        // Renamed into place, so that nobody reads half an order.
        var draft = OrderFile(name) + ".new";
        File.WriteAllText(draft, text);
        File.Move(draft, OrderFile(name), overwrite: true);
    }

    public void Revoke(string name) => File.Delete(OrderFile(name));

    /// <summary>The lines of a page of the ledger; none when nobody wrote it.</summary>
    public IReadOnlyList<string> Read(string page)
    {
        var file = LedgerFile(page);
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }

    /// <summary>Adds lines to a page of the ledger while no other process reads or writes it.</summary>
    /// <param name="next">Gets the lines that are there and gives those to add.</param>
    public async Task WriteAsync(string page, Func<IReadOnlyList<string>, IReadOnlyList<string>> next)
    {
        await using var file = await OpenAloneAsync(LedgerFile(page));
        using var reader = new StreamReader(file, leaveOpen: true);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await using var writer = new StreamWriter(file);
        foreach (var line in next(lines)) await writer.WriteAsync(line + "\n");
    }

    private static async Task<FileStream> OpenAloneAsync(string path)
    {
        using var limit = new CancellationTokenSource(LockPatience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await timer.WaitForNextTickAsync(limit.Token); // another process has it
            }
        }
    }

    private string LedgerFile(string page) => Path.Combine(Ledger, page);

    private string OrderFile(string name) => Path.Combine(Orders, name);
}
