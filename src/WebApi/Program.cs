using Libra.Deploy.WebApi.Composition;

try
{
    var tokenOnly = FirstToken.IsAskedFor(args);
    await using var host = await LibraHost.CreateAsync(tokenOnly ? FirstToken.Quiet(args) : args);
    if (tokenOnly) await FirstToken.PrintAsync(host.App.Services, Console.Out);
    else await host.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.SentenceOf(failure) is { } sentence)
{
    await Console.Error.WriteLineAsync($"Libra Deploy cannot start: {sentence}");
    return 1;
}
