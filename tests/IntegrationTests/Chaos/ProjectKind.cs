namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>What happens to the deployments of a project whatever else breaks; written in its id.</summary>
internal enum ProjectKind
{
    /// <summary>All goes well.</summary>
    Plain,

    /// <summary>Built in a real sandbox by real programs.</summary>
    Real,

    /// <summary>The first sandbox of each deployment cannot be made.</summary>
    Shaky,

    /// <summary>The target is busy for the first upload of each deployment.</summary>
    Busy,

    /// <summary>The target takes the first upload of each deployment, but its answer gets lost.</summary>
    Lost,

    /// <summary>Its build fails.</summary>
    Broken,

    /// <summary>The target never takes it.</summary>
    Down,
}

/// <summary>Which kind a project is, and how its deployments have to end.</summary>
internal static class ProjectKinds
{
    /// <summary>The id of the project with this number: most are plain, and each kind comes early.</summary>
    public static string IdOf(int number)
    {
        var kind = (number % 20) switch
        {
            1 => ProjectKind.Real,
            2 => ProjectKind.Shaky,
            4 => ProjectKind.Busy,
            6 => ProjectKind.Lost,
            8 => ProjectKind.Broken,
            10 => ProjectKind.Down,
            _ => ProjectKind.Plain,
        };
        return $"{kind.ToString().ToLowerInvariant()}-{number}";
    }

    public static ProjectKind Of(string projectId) => Enum.Parse<ProjectKind>(projectId.Split('-')[0], ignoreCase: true);

    /// <summary>The only right end.</summary>
    public static string EndOf(ProjectKind kind) => kind is ProjectKind.Broken or ProjectKind.Down ? "failed" : "completed";
}
