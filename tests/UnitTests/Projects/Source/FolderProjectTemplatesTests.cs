using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Infrastructure.Projects;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class FolderProjectTemplatesTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("libra-templates-").FullName;

    public FolderProjectTemplatesTests()
    {
        Put("site/index.html", "<h1>hi</h1>");
        Put("site/.gitignore", "dist");
        Put("site/src/deep/a.ts", "a");
        Put("site/dist/index.html", "stale");
        Put("site/node_modules/x/index.js", "stale");
        Put("api/worker.ts", "w");
        Put("loose-file.txt", "no template");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task LoadAsync_WhenKnown_GivesItsFilesWithoutLeftovers()
    {
        var files = (await new FolderProjectTemplates(root).LoadAsync("site", default)).Value;

        files.Select(file => file.Path).Should().Equal(".gitignore", "index.html", "src/deep/a.ts");
        files[1].TextOf().Should().Be("<h1>hi</h1>");
    }

    [Fact]
    public async Task LoadAsync_WhenAskedAgain_AnswersFromMemory()
    {
        var templates = new FolderProjectTemplates(root);
        var first = (await templates.LoadAsync("api", default)).Value;
        Directory.Delete(Path.Combine(root, "api"), recursive: true);

        (await templates.LoadAsync("api", default)).Value.Should().BeSameAs(first);
    }

    [Theory]
    [InlineData("next")]
    [InlineData("")]
    [InlineData("../site")]
    [InlineData("site/../api")]
    [InlineData("Site")]
    [InlineData("loose-file.txt")]
    public async Task LoadAsync_WhenUnknown_ListsTheKnownOnes(string name)
    {
        var error = (await new FolderProjectTemplates(root).LoadAsync(name, default)).FirstError;

        error.Description.Should().Be($"There is no project template '{name}'; known ones are api, site.");
    }

    [Fact]
    public async Task LoadAsync_OfEveryTemplateThatWeShip_GivesASoundTree()
    {
        var templates = new FolderProjectTemplates(ShippedTemplates());

        templates.Names.Should().Equal("static", "vite");
        foreach (var name in templates.Names)
        {
            var files = (await templates.LoadAsync(name, default)).Value;
            var tree = SourceAssembler.Assemble(files, [], Limits).Value;
            var layout = ProjectLayout.Of(tree).Value;

            tree.Files.Should().HaveSameCount(files, "a template holds nothing that would be excluded");
            (layout.BuildScript is null).Should().Be(name == "static");
            layout.LockFilePath.Should().Be(name == "vite" ? "bun.lock" : null);
            layout.WranglerConfigPath.Should().Be(name == "vite" ? "wrangler.jsonc" : null);
        }
    }

    private static string ShippedTemplates()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Libra.Deploy.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "runtime", "templates");
    }

    private void Put(string path, string content)
    {
        var full = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
