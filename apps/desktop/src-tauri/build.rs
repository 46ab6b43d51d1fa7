// The commands that exist. Each needs a permission of its own, which a capability gives to a window by name: none is there by itself.
fn main() {
    let commands = &[
        "overview",
        "look_at_server",
        "add_server",
        "remove_server",
        "open_server",
        "set_key",
        "decide_consent",
        "start_local_server",
        "stop_local_server",
        "local_server_log",
        "copy_local_password",
        "save_settings",
    ];
    let manifest = tauri_build::AppManifest::new().commands(commands);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes).expect("the application's manifest is wrong");
}
